#include "api/recording_file.hpp"

namespace frontdesk::api {
namespace {

class RecordingFile final : public http::File {
 public:
  RecordingFile(std::shared_ptr<const recording::RecordingReader> recording, std::string entity_tag)
      : recording_(std::move(recording)), entity_tag_(std::move(entity_tag)) {}
  std::uint64_t size() const override { return recording_->size(); }
  const std::string& entity_tag() const override { return entity_tag_; }
  base::Result<std::string> read(std::uint64_t offset, std::size_t length) const override {
    return recording_->read(offset, length);
  }

 private:
  std::shared_ptr<const recording::RecordingReader> recording_;
  std::string entity_tag_;
};

}  // namespace

http::FileHandle recording_file(std::shared_ptr<const recording::RecordingReader> recording,
                                const std::filesystem::path& path) {
  std::error_code unknown;  // then the size alone tells versions apart
  const auto written = std::filesystem::last_write_time(path, unknown).time_since_epoch().count();
  // One that is whole never changes, whichever copy of it is read.
  const auto version = recording->complete() ? "whole" : std::to_string(written);
  auto tag = "\"" + std::to_string(recording->size()) + "-" + version + "\"";
  return std::make_shared<const RecordingFile>(std::move(recording), std::move(tag));
}

}  // namespace frontdesk::api
