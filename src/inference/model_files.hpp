// Where model files are and whether they are the ones this build was made for. The list of files,
// sizes and hashes is scripts/models/catalogue.tsv, compiled in.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace frontdesk::inference {

/// One entry of the catalogue.
struct ModelFile {
  std::string_view name;  ///< for people: "voice activity (Silero 5)"
  std::string_view path;  ///< below the models folder: "silero-vad/silero_vad_v5.onnx"
  std::uintmax_t bytes = 0;
  std::string_view sha256;   ///< 64 lower-case hexadecimal digits
  std::string_view licence;  ///< SPDX identifier, with remarks where it has conditions
};

/// Every model file this build knows.
std::span<const ModelFile> model_catalogue();

class ModelFiles {
 public:
  explicit ModelFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// `chosen` if not empty, else $FRONTDESK_MODELS, else models/ in the cache that ./dev setup fills
  /// ($FRONTDESK_CACHE, $XDG_CACHE_HOME/frontdesk or $HOME/.cache/frontdesk).
  static ModelFiles locate(const std::filesystem::path& chosen = {});

  const std::filesystem::path& folder() const { return folder_; }

  /// The full path of a file that is there and, if the catalogue knows it, has the right size.
  /// not_found or data_loss otherwise, naming the file and the command that repairs it.
  base::Result<std::filesystem::path> find(std::string_view path) const;

  /// Hashes a file, or every file of the catalogue (about 0.5 s): for `doctor`, not for each start.
  base::Status verify(std::string_view path) const;
  base::Status verify_all() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace frontdesk::inference
