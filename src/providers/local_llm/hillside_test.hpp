// Test support: the sample business, the embedder of the model cache, and one caller's dialogue.
#pragma once
#include <cstdlib>
#include <memory>
#include <string>

#include "config/config.hpp"
#include "providers/local_llm/dialogue.hpp"

namespace frontdesk::local_llm::testing {

inline std::string model_directory() {
  const char* cache = std::getenv("FRONTDESK_CACHE");
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::string root = cache != nullptr ? cache
                           : xdg != nullptr ? std::string(xdg) + "/frontdesk"
                                            : std::string(home != nullptr ? home : "") + "/.cache/frontdesk";
  return root + "/models/use-lite";
}

inline std::shared_ptr<const TextEmbedder> embedder() {
  static const auto kEmbedder = TextEmbedder::load(model_directory());
  return kEmbedder ? *kEmbedder : nullptr;
}

inline const config::Config& hillside() {
  static const auto kConfig = config::load_config("examples/frontdesk.toml", {});
  return *kConfig;
}

inline std::shared_ptr<const Dialogue> brain(bool with_embedder = true) {
  const auto make = [](std::shared_ptr<const TextEmbedder> meanings) {
    return std::make_shared<const Dialogue>(std::make_shared<const knowledge::Business>(hillside().business),
                                            hillside().zone, std::move(meanings));
  };
  static const auto kFull = make(embedder());
  static const auto kPlain = make(nullptr);
  return with_embedder ? kFull : kPlain;
}

/// 10:00 on Monday, 23 November 2026, in London.
inline constexpr base::UtcTime kMondayMorning{1'795'428'000'000};

/// One caller: each reply is heard in full, so its state is carried on.
struct Caller {
  std::string number;
  base::UtcTime now = kMondayMorning;
  bool can_transfer = false;
  Reply last;
  const Reply& says(std::string text) {
    last = brain()->turn({std::move(text), last.state, number, now, can_transfer});
    return last;
  }
};

}  // namespace frontdesk::local_llm::testing
