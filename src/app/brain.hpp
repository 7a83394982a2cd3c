// The model that answers, as the configuration wants it.
#pragma once
#include <memory>

#include "base/error.hpp"
#include "config/config.hpp"
#include "inference/model_files.hpp"
#include "llm/chat.hpp"

namespace frontdesk::app {

/// A missing or damaged model file is named in the error, with the command that repairs it.
base::Result<std::unique_ptr<llm::ChatModel>> create_brain(const config::Config& config,
                                                           const inference::ModelFiles& models);

}  // namespace frontdesk::app
