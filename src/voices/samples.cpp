#include "voices/samples.hpp"

#include <algorithm>
#include <cstring>

#include "audio/wav.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::voices {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "samples are written as they lie in memory");

/// A WAV file, piece by piece, so that it need not lie in memory twice.
class WavSource final : public blobs::Source {
 public:
  WavSource(audio::PcmView sound, int rate) : sound_(reinterpret_cast<const char*>(sound.data()), sound.size_bytes()) {
    const auto header = audio::wav_header(rate, 1, static_cast<std::uint32_t>(sound.size_bytes()));
    header_.assign(header.begin(), header.end());
  }
  base::Result<std::string> read(std::size_t room) override {
    auto piece = std::exchange(header_, {});
    const auto count = std::min(room - std::min(room, piece.size()), sound_.size());
    piece.append(sound_.substr(0, count));
    sound_.remove_prefix(count);
    return piece;
  }

 private:
  std::string header_;
  std::string_view sound_;
};

}  // namespace

base::Result<std::shared_ptr<const vault::KeyRing>> sample_keys(store::Connection& connection,
                                                                const secrets::DataKeys& keys,
                                                                const std::string& organisation, base::UtcTime now) {
  if (auto made = keys.newest(connection, organisation, kSamplesPurpose, now); !made)
    return tl::unexpected(made.error());
  const auto all = keys.all(connection, organisation, kSamplesPurpose);
  if (!all) return tl::unexpected(all.error());
  std::string text;
  for (const auto& each : *all) text += crypto::hex(each.key.expose()) + "\n";
  auto ring = vault::KeyRing::from_text(text);
  std::fill(text.begin(), text.end(), '\0');
  if (!ring) return tl::unexpected(ring.error());
  return std::make_shared<const vault::KeyRing>(std::move(*ring));
}

/// Opened once: opening removes what an interrupted put left, and with it what another put is writing.
base::Result<std::shared_ptr<disk::DiskStore>> Samples::store(const std::shared_ptr<const vault::KeyRing>& keys,
                                                              const std::string& organisation) {
  const std::lock_guard lock(mutex_);
  auto& there = stores_[organisation];
  if (there.store && there.keys == keys->ids()) return there.store;
  auto opened = disk::DiskStore::open({folder_ / organisation, keys, keep_free_});
  if (!opened) return tl::unexpected(opened.error());
  there = {keys->ids(), std::move(*opened)};
  return there.store;
}

base::Result<std::string> Samples::put(const std::shared_ptr<const vault::KeyRing>& keys,
                                       const std::string& organisation, const std::string& key, audio::PcmView sound,
                                       int rate) {
  const auto to = store(keys, organisation);
  if (!to) return tl::unexpected(to.error());
  WavSource source(sound, rate);
  const auto written = (*to)->put(key, source, {});
  if (!written) return tl::unexpected(written.error());
  return crypto::hex(written->sha256);
}

base::Result<audio::Pcm> Samples::get(const std::shared_ptr<const vault::KeyRing>& keys,
                                      const std::string& organisation, const std::string& key, std::size_t most) {
  const auto from = store(keys, organisation);
  if (!from) return tl::unexpected(from.error());
  const auto head = (*from)->head(key);
  if (!head) return tl::unexpected(head.error());
  const auto all = head->size < audio::kWavHeaderBytes ? 0 : head->size - audio::kWavHeaderBytes;
  audio::Pcm sound(std::min<std::uint64_t>(all / sizeof(audio::Sample), most));
  const auto bytes = sound.size() * sizeof(audio::Sample);
  for (std::size_t at = 0; at < bytes;) {
    const auto piece =
        (*from)->get(key, audio::kWavHeaderBytes + at, std::min<std::size_t>(bytes - at, blobs::kLongestRead));
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) return base::fail(base::ErrorCode::data_loss, "voices", "the recording is cut off");
    std::memcpy(reinterpret_cast<char*>(sound.data()) + at, piece->data(), piece->size());
    at += piece->size();
  }
  return sound;
}

base::Status Samples::remove(const std::shared_ptr<const vault::KeyRing>& keys, const std::string& organisation,
                             const std::string& key) {
  const auto from = store(keys, organisation);
  if (!from) return tl::unexpected(from.error());
  return (*from)->remove(key);
}

std::vector<std::string> Samples::organisations() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& each : fs::directory_iterator(folder_, error)) names.push_back(each.path().filename().string());
  return names;
}

base::Result<std::vector<std::string>> Samples::older_than(const std::shared_ptr<const vault::KeyRing>& keys,
                                                           const std::string& organisation, base::UtcTime time) {
  const auto from = store(keys, organisation);
  if (!from) return tl::unexpected(from.error());
  const auto page = (*from)->list("", "", blobs::kLongestPage);
  if (!page) return tl::unexpected(page.error());
  std::vector<std::string> old;
  for (const auto& each : page->blobs)
    if (const auto head = (*from)->head(each.key); head && head->modified < time) old.push_back(each.key);
  return old;
}

}  // namespace frontdesk::voices
