#include "app/own_voices.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "app/database_location.hpp"

namespace frontdesk::app {
namespace {

constexpr auto kRecognitionLimit = std::chrono::seconds(20);  // after whatever calls want recognised
// Apart from the streams of calls.
constexpr std::uint64_t kFirstStream = (1ULL << 62) + (1ULL << 60);
constexpr base::RequestId kOnlyRequest = 1;

class Heard final : public speech::SttSink {
 public:
  void on_partial(const speech::Transcript&) override {}
  void on_final(const speech::Transcript& transcript) override { set(transcript.text.expose()); }
  void on_stt_failed(speech::StreamId, base::RequestId, const base::Error& error) override {
    set(tl::unexpected(error));
  }
  base::Result<std::string> wait() {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, kRecognitionLimit, [&] { return text_.has_value(); });
    if (text_) return *text_;
    return base::fail(base::ErrorCode::unavailable, "voices",
                      "the recogniser is busy with calls: send the sentence again in a moment", base::Retry::later);
  }

 private:
  void set(base::Result<std::string> text) {
    const std::lock_guard lock(mutex_);
    if (!text_) text_.emplace(std::move(text));
    ready_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<base::Result<std::string>> text_;
};

base::Result<std::string> recognised(speech::SpeechToText& stt, audio::PcmView sound) {
  static std::atomic<std::uint64_t> streams{kFirstStream};
  const auto stream = ++streams;
  Heard heard;
  speech::SttOptions options;
  options.sample_rate = sound_files::kRate;
  if (auto opened = stt.open(stream, options, heard); !opened) return tl::unexpected(opened.error());
  stt.push(stream, sound);
  stt.begin_utterance(stream, 0);
  stt.finalize(stream, kOnlyRequest, sound.size());
  auto text = heard.wait();
  stt.close(stream);  // nothing reaches `heard` after this
  return text;
}

}  // namespace

std::shared_ptr<voices::Voices> own_voices(const config::Config& config, accounts::Office& office,
                                           speech::SpeechToText& stt, std::function<base::Status()> settings_changed,
                                           std::function<void()> jobs_waiting) {
  voices::Options options;
  options.folder = std::filesystem::path(config.server.data) / "voices";
  options.keep_free = static_cast<std::uint64_t>(config.storage.keep_free_gb) << 30U;
  const auto location = database_location(config);
  if (location.shared()) {
    const auto machine = store::machine_name(location.folder);
    if (machine)
      options.machine = *machine;
    else
      spdlog::error("recordings of voices: {}", machine.error().message);
  }
  options.recognise = [&stt](audio::PcmView sound) { return recognised(stt, sound); };
  options.settings_changed = std::move(settings_changed);
  options.jobs_waiting = std::move(jobs_waiting);
  return std::make_shared<voices::Voices>(office, std::move(options));
}

}  // namespace frontdesk::app
