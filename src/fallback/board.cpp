#include "fallback/board.hpp"

namespace frontdesk::fallback {

std::string_view name(Failure failure) {
  switch (failure) {
    case Failure::timed_out:
      return "timed_out";
    case Failure::refused:
      return "refused";
    case Failure::limited:
      return "limited";
    case Failure::rejected:
      return "rejected";
    case Failure::empty:
      return "empty";
    case Failure::garbled:
      return "garbled";
  }
  return "refused";
}

Board::Board(const std::vector<std::string>& names, const BreakerSettings& breaker) {
  for (const auto& each : names) {
    ProviderStats stats;
    stats.name = each;
    providers_.push_back({CircuitBreaker(breaker), stats});
  }
}

std::optional<Turn> Board::next(std::size_t from, base::Instant now) {
  for (auto i = from; i < providers_.size(); ++i) {
    auto& provider = providers_[i];
    if (!provider.breaker.allows(now)) {
      ++provider.stats.skipped;
      continue;
    }
    ++provider.stats.tries;
    return Turn{i, provider.breaker.begin(now)};
  }
  return std::nullopt;
}

void Board::worked(const Turn& turn) {
  auto& provider = providers_[turn.provider];
  ++provider.stats.worked;
  provider.breaker.worked();
}

void Board::failed(const Turn& turn, Failure failure, base::Instant now, bool hopeless, base::Duration at_least) {
  auto& provider = providers_[turn.provider];
  ++provider.stats.failures[static_cast<std::size_t>(failure)];
  if (failure == Failure::rejected) return provider.breaker.abandoned(turn.probe);
  provider.breaker.failed(now, turn.probe, hopeless, at_least);
}

void Board::abandoned(const Turn& turn) {
  auto& provider = providers_[turn.provider];
  ++provider.stats.abandoned;
  provider.breaker.abandoned(turn.probe);
}

std::vector<ProviderStats> Board::stats() const {
  std::vector<ProviderStats> all;
  for (const auto& provider : providers_) {
    all.push_back(provider.stats);
    all.back().circuit = provider.breaker.circuit();
  }
  return all;
}

}  // namespace frontdesk::fallback
