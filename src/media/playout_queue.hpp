// The receptionist's utterances in the order they will be heard. fill() takes the next samples and
// never allocates; memory is released by the next play() or finish().
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "audio/pcm.hpp"
#include "base/time.hpp"
#include "media/event_queue.hpp"
#include "media/events.hpp"

namespace frontdesk::media {

class PlayoutQueue {
 public:
  static constexpr std::size_t kMaxUtterances = 64;
  static constexpr std::size_t kMaxSamples = std::size_t{60} * audio::kTelephoneRate;
  static constexpr std::size_t kMaxFadeSamples = audio::samples_for(50, audio::kTelephoneRate);
  static constexpr std::size_t kMaxRewindSamples = audio::samples_for(600, audio::kTelephoneRate);
  static constexpr std::size_t kRememberedEnded = 128;  ///< late samples for these are refused

  /// How many of the samples were taken.
  std::size_t play(UtteranceId utterance, audio::PcmView pcm);
  /// An unknown utterance for which there is no place is reported as cut.
  void finish(UtteranceId utterance, EventQueue& events);
  void flush(base::Duration fade, EventQueue& events);
  void pause(base::Duration fade);
  void resume();
  void fill(std::span<audio::Sample> out, EventQueue& events);

  std::size_t queued_samples() const { return queued_samples_; }
  bool empty() const { return count_ == 0; }
  std::uint64_t starved_ticks() const { return starved_ticks_; }

 private:
  struct Utterance {
    UtteranceId id = 0;
    audio::Pcm samples;
    std::size_t next = 0;
    std::uint64_t sent = 0;
    bool finished = false;
    bool starved = false;
  };

  Utterance& nth(std::size_t index) { return utterances_[(head_ + index) % kMaxUtterances]; }
  Utterance* find(UtteranceId utterance);
  Utterance* find_or_add(UtteranceId utterance);
  bool has_ended(UtteranceId utterance) const;
  void remove_front();
  void release_memory();
  void start_tail(base::Duration fade);
  void rewind_to_quiet(Utterance& utterance);
  std::size_t copy_tail(std::span<audio::Sample> out);
  std::size_t copy_front(std::span<audio::Sample> out, EventQueue& events);
  void note_starved(EventQueue& events);

  std::array<Utterance, kMaxUtterances> utterances_;
  std::size_t head_ = 0;
  std::size_t count_ = 0;
  std::size_t queued_samples_ = 0;
  std::array<audio::Sample, kMaxFadeSamples> tail_{};
  std::size_t tail_next_ = 0;
  std::size_t tail_size_ = 0;
  std::array<UtteranceId, kRememberedEnded> ended_{};
  std::size_t ended_count_ = 0;
  bool to_release_ = false;  ///< utterances that are over still hold their samples
  std::uint64_t starved_ticks_ = 0;
  bool paused_ = false;
};

}  // namespace frontdesk::media
