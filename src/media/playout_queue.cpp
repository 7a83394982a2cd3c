#include "media/playout_queue.hpp"

#include <algorithm>
#include <utility>

#include "audio/levels.hpp"

namespace frontdesk::media {

PlayoutQueue::Utterance* PlayoutQueue::find(UtteranceId utterance) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (nth(i).id == utterance) return &nth(i);
  }
  return nullptr;
}

PlayoutQueue::Utterance* PlayoutQueue::find_or_add(UtteranceId utterance) {
  if (Utterance* known = find(utterance)) return known;
  if (count_ == kMaxUtterances) return nullptr;
  Utterance& added = nth(count_);
  added = Utterance{};
  added.id = utterance;
  ++count_;
  return &added;
}

bool PlayoutQueue::has_ended(UtteranceId utterance) const {
  const auto remembered = static_cast<std::ptrdiff_t>(std::min(ended_count_, kRememberedEnded));
  return std::find(ended_.begin(), ended_.begin() + remembered, utterance) != ended_.begin() + remembered;
}

void PlayoutQueue::remove_front() {
  ended_[ended_count_ % kRememberedEnded] = nth(0).id;
  if (++ended_count_ == 2 * kRememberedEnded) ended_count_ = kRememberedEnded;
  head_ = (head_ + 1) % kMaxUtterances;
  to_release_ = true;
  --count_;
}

void PlayoutQueue::release_memory() {
  if (!std::exchange(to_release_, false)) return;
  for (std::size_t i = count_; i < kMaxUtterances; ++i) {
    if (nth(i).samples.capacity() > 0) audio::Pcm().swap(nth(i).samples);
  }
}

std::size_t PlayoutQueue::play(UtteranceId utterance, audio::PcmView pcm) {
  release_memory();
  if (has_ended(utterance)) return 0;
  Utterance* target = find_or_add(utterance);
  if (target == nullptr || target->finished) return 0;
  const std::size_t taken = std::min(pcm.size(), kMaxSamples - queued_samples_);
  auto& samples = target->samples;
  if (target->next > samples.size() / 2 + kMaxRewindSamples) {
    const auto spent = target->next - kMaxRewindSamples;
    samples.erase(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(spent));
    target->next = kMaxRewindSamples;
  }
  samples.insert(samples.end(), pcm.begin(), pcm.begin() + static_cast<std::ptrdiff_t>(taken));
  queued_samples_ += taken;
  if (taken > 0) target->starved = false;
  return taken;
}

void PlayoutQueue::finish(UtteranceId utterance, EventQueue& events) {
  release_memory();
  if (has_ended(utterance)) return;
  if (Utterance* target = find_or_add(utterance)) {
    target->finished = true;
  } else {
    events.push(PlayoutCut{utterance, base::Duration(0)});
  }
}

/// What would be heard next, fading out.
void PlayoutQueue::start_tail(base::Duration fade) {
  if (paused_ || count_ == 0 || nth(0).sent == 0 || tail_next_ != tail_size_) return;
  const Utterance& front = nth(0);
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(0, fade / base::microseconds(125)));
  tail_size_ = std::min({wanted, kMaxFadeSamples, front.samples.size() - front.next});
  tail_next_ = 0;
  std::copy_n(front.samples.begin() + static_cast<std::ptrdiff_t>(front.next), tail_size_, tail_.begin());
  audio::fade_out(std::span(tail_).first(tail_size_));
}

void PlayoutQueue::pause(base::Duration fade) {
  start_tail(fade);
  paused_ = true;
}

void PlayoutQueue::resume() {
  if (!paused_) return;
  paused_ = false;
  if (count_ > 0 && nth(0).sent > 0) rewind_to_quiet(nth(0));
}

/// Back to the quietest 10 ms of the last stretch: between two words, if there is such a place.
void PlayoutQueue::rewind_to_quiet(Utterance& utterance) {
  constexpr std::size_t kWindow = audio::samples_for(10, audio::kTelephoneRate);
  const auto furthest = std::min<std::size_t>({utterance.next, utterance.sent, kMaxRewindSamples});
  std::size_t best = utterance.next;
  double quietest = 0;  // dBFS: louder than any sound
  for (std::size_t back = kWindow; back <= furthest; back += kWindow) {
    const auto from = utterance.next - back;
    const auto level = audio::rms_dbfs(audio::PcmView(utterance.samples).subspan(from, kWindow));
    if (level >= quietest) continue;
    quietest = level;
    best = from;
  }
  const auto again = utterance.next - best;
  utterance.next = best;
  utterance.sent -= again;
  queued_samples_ += again;
}

void PlayoutQueue::flush(base::Duration fade, EventQueue& events) {
  start_tail(fade);
  paused_ = false;
  while (count_ > 0) {
    events.push(PlayoutCut{nth(0).id, time_of_samples(nth(0).sent)});
    remove_front();
  }
  queued_samples_ = 0;
}

std::size_t PlayoutQueue::copy_tail(std::span<audio::Sample> out) {
  const std::size_t count = std::min(out.size(), tail_size_ - tail_next_);
  std::copy_n(tail_.begin() + static_cast<std::ptrdiff_t>(tail_next_), count, out.begin());
  tail_next_ += count;
  return count;
}

std::size_t PlayoutQueue::copy_front(std::span<audio::Sample> out, EventQueue& events) {
  Utterance& front = nth(0);
  const std::size_t count = std::min(out.size(), front.samples.size() - front.next);
  if (count > 0 && front.sent == 0) events.push(PlayoutStarted{front.id});
  std::copy_n(front.samples.begin() + static_cast<std::ptrdiff_t>(front.next), count, out.begin());
  front.next += count;
  front.sent += count;
  queued_samples_ -= count;
  return count;
}

void PlayoutQueue::note_starved(EventQueue& events) {
  Utterance& front = nth(0);
  if (front.sent == 0) return;
  ++starved_ticks_;
  if (!front.starved) events.push(PlayoutStarved{front.id});
  front.starved = true;
}

void PlayoutQueue::fill(std::span<audio::Sample> out, EventQueue& events) {
  std::size_t done = copy_tail(out);
  while (count_ > 0 && !paused_) {
    done += copy_front(out.subspan(done), events);
    const Utterance& front = nth(0);
    const bool exhausted = front.next == front.samples.size();
    if (exhausted && front.finished) {
      events.push(PlayoutFinished{front.id, time_of_samples(front.sent)});
      remove_front();
      continue;
    }
    if (exhausted && done < out.size()) note_starved(events);
    break;
  }
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(done), out.end(), audio::Sample{0});
}

}  // namespace frontdesk::media
