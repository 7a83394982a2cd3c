// The model that answers, as the configuration wants it.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "inference/model_files.hpp"
#include "llm/chat.hpp"
#include "providers/local_llm/dialogue.hpp"

namespace frontdesk::app {

struct Brain {
  std::shared_ptr<llm::ChatModel> model;
  /// What it will probably have to say; slow, and callable from any thread.
  std::function<std::vector<std::string>(base::UtcTime)> foreseeable_replies;
  std::shared_ptr<const local_llm::Dialogue> dialogue;  ///< what the built-in model says, and from what
};

/// A missing or damaged model file is named in the error, with the command that repairs it.
base::Result<Brain> create_brain(const config::Config& config, const inference::ModelFiles& models);

}  // namespace frontdesk::app
