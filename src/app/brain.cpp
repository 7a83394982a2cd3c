#include "app/brain.hpp"

#include "providers/local_llm/dialogue.hpp"
#include "providers/local_llm/local_model.hpp"
#include "providers/local_llm/rehearsal.hpp"
#include "providers/local_llm/text_embedder.hpp"

namespace frontdesk::app {

base::Result<Brain> create_brain(const config::Config& config, const inference::ModelFiles& models) {
  auto embedder = local_llm::TextEmbedder::load((models.folder() / "use-lite").string());
  if (!embedder) return tl::unexpected(embedder.error());
  const auto business = std::make_shared<const knowledge::Business>(config.business);
  const auto dialogue = std::make_shared<const local_llm::Dialogue>(business, config.zone, std::move(*embedder));
  Brain brain;
  brain.model = std::make_shared<local_llm::LocalModel>(dialogue);
  brain.dialogue = dialogue;
  brain.foreseeable_replies = [business, dialogue](base::UtcTime now) {
    return local_llm::foreseeable_replies(*dialogue, *business, now);
  };
  return brain;
}

}  // namespace frontdesk::app
