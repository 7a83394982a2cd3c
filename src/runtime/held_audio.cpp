#include "runtime/held_audio.hpp"

namespace frontdesk::runtime {

void HeldAudio::pass_on(call::PieceId piece, Held& held, media::MediaSession& media) {
  if (!held.released) return;
  if (!held.pcm.empty()) media.play(piece, held.pcm);
  held.pcm.clear();
  if (!held.complete) return;
  media.finish(piece);
  pieces_.erase(piece);
}

void HeldAudio::release(call::PieceId piece, media::MediaSession& media) {
  const auto it = pieces_.find(piece);
  if (it == pieces_.end()) return;
  it->second.released = true;
  if (it->second.pcm.empty() && !it->second.complete) media.play(piece, {});  // takes its place in the order
  pass_on(piece, it->second, media);
}

bool HeldAudio::add(call::PieceId piece, audio::PcmView pcm, media::MediaSession& media) {
  const auto it = pieces_.find(piece);
  if (it == pieces_.end()) return false;
  auto& held = it->second;
  const bool first = held.samples == 0 && !pcm.empty();
  held.samples += pcm.size();
  held.pcm.insert(held.pcm.end(), pcm.begin(), pcm.end());
  pass_on(piece, held, media);
  return first;
}

base::Duration HeldAudio::complete(call::PieceId piece, media::MediaSession& media) {
  const auto it = pieces_.find(piece);
  if (it == pieces_.end()) return base::Duration{0};
  const auto length = base::microseconds(it->second.samples * 125);  // at 8 kHz
  it->second.complete = true;
  pass_on(piece, it->second, media);
  return length;
}

std::vector<call::PieceId> HeldAudio::pending() const {
  std::vector<call::PieceId> ids;
  for (const auto& [id, held] : pieces_)
    if (!held.complete) ids.push_back(id);
  return ids;
}

}  // namespace frontdesk::runtime
