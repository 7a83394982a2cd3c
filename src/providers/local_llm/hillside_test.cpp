#include "providers/local_llm/hillside_test.hpp"

#include <cstdlib>

#include "config/config.hpp"

namespace frontdesk::local_llm::testing {
namespace {

const config::Config& sample() {
  static const auto kConfig = config::load_config("examples/frontdesk.toml", {}).value();
  return kConfig;
}

std::shared_ptr<const Dialogue> make(std::shared_ptr<const TextEmbedder> meanings) {
  return std::make_shared<const Dialogue>(std::make_shared<const knowledge::Business>(hillside()), sample().zone,
                                          std::move(meanings));
}

}  // namespace

const knowledge::Business& hillside() {
  return sample().business;
}

std::string model_directory() {
  const char* cache = std::getenv("FRONTDESK_CACHE");
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  std::string root = std::string(home != nullptr ? home : "") + "/.cache/frontdesk";
  if (xdg != nullptr) root = std::string(xdg) + "/frontdesk";
  if (cache != nullptr) root = cache;
  return root + "/models/use-lite";
}

std::shared_ptr<const TextEmbedder> embedder() {
  static const auto kEmbedder = TextEmbedder::load(model_directory());
  return kEmbedder ? *kEmbedder : nullptr;
}

std::shared_ptr<const Dialogue> brain(bool with_embedder) {
  static const auto kFull = make(embedder());
  static const auto kPlain = make(nullptr);
  return with_embedder ? kFull : kPlain;
}

}  // namespace frontdesk::local_llm::testing
