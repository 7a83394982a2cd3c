#include "media/remote_latch.hpp"

namespace frontdesk::media {

RemoteLatch::Verdict RemoteLatch::latch(const base::Endpoint& from) {
  const bool moved = from != target();
  latched_ = from;
  return moved ? Verdict::accepted_and_latched : Verdict::accepted;
}

RemoteLatch::Candidate& RemoteLatch::candidate(const base::Endpoint& from) {
  for (Candidate& known : candidates_) {
    if (known.from == from) return known;
  }
  Candidate& replaced = candidates_[next_candidate_];
  next_candidate_ = (next_candidate_ + 1) % candidates_.size();
  replaced = Candidate{};
  replaced.from = from;
  return replaced;
}

RemoteLatch::Verdict RemoteLatch::judge(const base::Endpoint& from, const rtp::Header& header) {
  if (latched_ && from == *latched_) return Verdict::accepted;
  if (signalled_.is_set() && from == signalled_) return latch(from);
  if (latched_) return Verdict::refused;
  if (signalled_.is_set() && from.same_address(signalled_) && from != previous_) return latch(from);

  Candidate& source = candidate(from);
  const auto ahead = static_cast<std::uint16_t>(header.sequence - source.sequence);
  const bool follows = source.consecutive > 0 && source.ssrc == header.ssrc && ahead >= 1 && ahead <= kMaxGap;
  source.consecutive = follows ? source.consecutive + 1 : 1;
  source.ssrc = header.ssrc;
  source.sequence = header.sequence;
  const int wanted = from == previous_ ? kPreviousProbation : kProbation;
  return source.consecutive >= wanted ? latch(from) : Verdict::on_probation;
}

void RemoteLatch::set_signalled(const base::Endpoint& signalled) {
  if (signalled == signalled_) return;
  previous_ = target();
  signalled_ = signalled;
  latched_.reset();
  candidates_ = {};
}

}  // namespace frontdesk::media
