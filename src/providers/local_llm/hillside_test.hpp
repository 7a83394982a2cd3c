// Test support: the sample business, the embedder of the model cache, and one caller's dialogue.
#pragma once
#include <memory>
#include <string>

#include "providers/local_llm/dialogue.hpp"

namespace frontdesk::local_llm::testing {

/// Where `./dev setup` puts the text model.
std::string model_directory();
/// Loaded once; null when the model is not there.
std::shared_ptr<const TextEmbedder> embedder();
/// The business of examples/frontdesk.toml.
const knowledge::Business& hillside();
/// Its brain, with meanings or by words alone.
std::shared_ptr<const Dialogue> brain(bool with_embedder = true);

/// Sanitizers slow the arithmetic down by an order of magnitude.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr double kSlowness = 20;
#else
inline constexpr double kSlowness = 1;
#endif

/// 10:00 on Monday, 23 November 2026, in London.
inline constexpr base::UtcTime kMondayMorning{1'795'428'000'000};

/// One caller: each reply is heard in full, so its state is carried on.
struct Caller {
  std::string number;
  base::UtcTime now = kMondayMorning;
  bool can_transfer = false;
  std::vector<std::string> transfer_to;
  Reply last;
  const Reply& says(std::string text) {
    last = brain()->turn({std::move(text), last.state, number, now, can_transfer, transfer_to});
    return last;
  }
};

}  // namespace frontdesk::local_llm::testing
