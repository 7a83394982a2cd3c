#include "runtime/held_audio.hpp"

#include <algorithm>

namespace frontdesk::runtime {
namespace {

constexpr audio::Sample kAudible = 130;  // -48 dBFS
constexpr std::size_t kLeadKept = audio::samples_for(5, audio::kTelephoneRate);
constexpr std::size_t kLongestLead = audio::samples_for(300, audio::kTelephoneRate);

}  // namespace

void HeldAudio::pass_on(call::PieceId piece, Held& held, media::MediaSession& media) {
  if (!held.released) return;
  if (!held.begun) skip_lead(held, media.playing());
  if (!held.pcm.empty()) media.play(piece, held.pcm);
  held.pcm.clear();
  if (!held.complete) return;
  media.finish(piece);
  pieces_.erase(piece);
}

/// The silence before the first sound of an answer is time the caller waits; between two sentences it
/// is a pause as it should be.
void HeldAudio::skip_lead(Held& held, bool playing) {
  const auto silent = [](audio::Sample sample) { return sample > -kAudible && sample < kAudible; };
  const auto first = std::find_if_not(held.pcm.begin(), held.pcm.end(), silent);
  auto lead = static_cast<std::size_t>(first - held.pcm.begin());
  held.begun = first != held.pcm.end() || playing || held.complete;
  if (playing) return;
  lead = std::min(lead - std::min(lead, kLeadKept), kLongestLead - std::min(held.skipped, kLongestLead));
  held.pcm.erase(held.pcm.begin(), held.pcm.begin() + static_cast<std::ptrdiff_t>(lead));
  held.skipped += lead;
  held.samples -= lead;
}

void HeldAudio::release(call::PieceId piece, media::MediaSession& media) {
  const auto it = pieces_.find(piece);
  if (it == pieces_.end()) return;
  it->second.released = true;
  pass_on(piece, it->second, media);
}

bool HeldAudio::add(call::PieceId piece, audio::PcmView pcm, media::MediaSession* media) {
  const auto it = pieces_.find(piece);
  if (it == pieces_.end()) return false;
  auto& held = it->second;
  const bool first = !held.sounded && !pcm.empty();
  held.sounded = held.sounded || first;
  held.samples += pcm.size();
  held.pcm.insert(held.pcm.end(), pcm.begin(), pcm.end());
  if (media != nullptr) pass_on(piece, held, *media);
  return first;
}

base::Duration HeldAudio::complete(call::PieceId piece, media::MediaSession* media) {
  const auto it = pieces_.find(piece);
  if (it == pieces_.end()) return base::Duration{0};
  const auto length = base::microseconds(it->second.samples * 125);  // at 8 kHz
  it->second.complete = true;
  if (media != nullptr) pass_on(piece, it->second, *media);
  return length;
}

std::vector<call::PieceId> HeldAudio::pending() const {
  std::vector<call::PieceId> ids;
  for (const auto& [id, held] : pieces_)
    if (!held.complete) ids.push_back(id);
  return ids;
}

}  // namespace frontdesk::runtime
