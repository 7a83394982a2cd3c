#include "app/brain.hpp"

#include "providers/local_llm/dialogue.hpp"
#include "providers/local_llm/local_model.hpp"
#include "providers/local_llm/text_embedder.hpp"

namespace frontdesk::app {

base::Result<std::unique_ptr<llm::ChatModel>> create_brain(const config::Config& config,
                                                           const inference::ModelFiles& models) {
  auto embedder = local_llm::TextEmbedder::load((models.folder() / "use-lite").string());
  if (!embedder) return tl::unexpected(embedder.error());
  auto business = std::make_shared<const knowledge::Business>(config.business);
  auto dialogue = std::make_shared<const local_llm::Dialogue>(std::move(business), config.zone, std::move(*embedder));
  return std::make_unique<local_llm::LocalModel>(std::move(dialogue));
}

}  // namespace frontdesk::app
