#include "audio/wav.hpp"

#include <cstring>
#include <fstream>
#include <iterator>

#include "audio/g711.hpp"

namespace frontdesk::audio {
namespace {

constexpr std::uint16_t kFormatPcm = 1;
constexpr std::uint16_t kFormatALaw = 6;
constexpr std::uint16_t kFormatMuLaw = 7;

std::uint32_t read_u32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)) |
         (static_cast<std::uint32_t>(bytes[at + 3]) << 24);
}

std::uint16_t read_u16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] | (bytes[at + 1] << 8));
}

bool has_tag(std::span<const std::uint8_t> bytes, std::size_t at, const char* tag) {
  return std::memcmp(bytes.data() + at, tag, 4) == 0;
}

tl::unexpected<base::Error> bad(std::string message) {
  return base::fail(base::ErrorCode::invalid_argument, "wav", std::move(message));
}

struct Format {
  std::uint16_t coding = 0;
  std::uint16_t channels = 0;
  std::uint32_t rate = 0;
  std::uint16_t bits = 0;
};

base::Status check(const Format& format) {
  if (format.coding == 0) return bad("no format chunk before the data");
  if (format.channels < 1 || format.channels > 2) return bad("must have 1 or 2 channels");
  if (format.rate < 1000 || format.rate > 192000) return bad("sample rate must be 1 to 192 kHz");
  const bool pcm = format.coding == kFormatPcm && format.bits == 16;
  const bool companded = (format.coding == kFormatALaw || format.coding == kFormatMuLaw) && format.bits == 8;
  if (!pcm && !companded) return bad("must be 16-bit PCM, A-law or mu-law");
  return {};
}

Pcm decode(const Format& format, std::span<const std::uint8_t> data) {
  if (format.coding == kFormatPcm) {
    Pcm samples(data.size() / 2);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<Sample>(read_u16(data, 2 * i));
    return samples;
  }
  Pcm samples(data.size());
  decode_g711(format.coding == kFormatALaw ? G711Law::a : G711Law::mu, data, samples);
  return samples;
}

void append_u32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append_u16(std::vector<std::uint8_t>& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value));
  out.push_back(static_cast<std::uint8_t>(value >> 8));
}

void append_tag(std::vector<std::uint8_t>& out, std::string_view tag) {
  out.insert(out.end(), tag.begin(), tag.end());
}

}  // namespace

Pcm Wav::channel(int index) const {
  Pcm out;
  out.reserve(frames());
  for (auto i = static_cast<std::size_t>(index); i < samples.size(); i += static_cast<std::size_t>(channels))
    out.push_back(samples[i]);
  return out;
}

base::Result<Wav> parse_wav(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 12 || !has_tag(bytes, 0, "RIFF") || !has_tag(bytes, 8, "WAVE")) return bad("not a WAV file");
  Format format;
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    const std::size_t size = read_u32(bytes, at + 4);
    const std::size_t body = at + 8;
    const std::size_t available = std::min(size, bytes.size() - body);
    if (has_tag(bytes, at, "fmt ")) {
      if (available < 16) return bad("format chunk is cut short");
      format = {read_u16(bytes, body), read_u16(bytes, body + 2), read_u32(bytes, body + 4),
                read_u16(bytes, body + 14)};
    } else if (has_tag(bytes, at, "data")) {
      if (auto status = check(format); !status) return tl::unexpected(status.error());
      return Wav{static_cast<int>(format.rate), format.channels, decode(format, bytes.subspan(body, available))};
    }
    at = body + size + (size & 1);
  }
  return bad("no data chunk");
}

base::Result<Wav> read_wav(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::fail(base::ErrorCode::not_found, "wav", "cannot open " + path.string());
  const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), {});
  auto wav = parse_wav(bytes);
  if (!wav) return base::fail(wav.error().code, "wav", path.string() + ": " + wav.error().message);
  return wav;
}

std::vector<std::uint8_t> wav_header(int rate, int channels, std::uint32_t data_bytes) {
  const auto block = static_cast<std::uint16_t>(2 * channels);
  std::vector<std::uint8_t> header;
  header.reserve(kWavHeaderBytes);
  append_tag(header, "RIFF");
  append_u32(header, static_cast<std::uint32_t>(kWavHeaderBytes - 8) + data_bytes);
  append_tag(header, "WAVE");
  append_tag(header, "fmt ");
  append_u32(header, 16);
  append_u16(header, kFormatPcm);
  append_u16(header, static_cast<std::uint16_t>(channels));
  append_u32(header, static_cast<std::uint32_t>(rate));
  append_u32(header, static_cast<std::uint32_t>(rate) * block);
  append_u16(header, block);
  append_u16(header, 16);
  append_tag(header, "data");
  append_u32(header, data_bytes);
  return header;
}

base::Status write_wav(const std::filesystem::path& path, const Wav& wav) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const auto header = wav_header(wav.rate, wav.channels, static_cast<std::uint32_t>(wav.samples.size() * 2));
  file.write(reinterpret_cast<const char*>(header.data()), static_cast<std::streamsize>(header.size()));
  file.write(reinterpret_cast<const char*>(wav.samples.data()), static_cast<std::streamsize>(wav.samples.size() * 2));
  if (!file.flush()) return base::fail(base::ErrorCode::unavailable, "wav", "cannot write " + path.string());
  return {};
}

}  // namespace frontdesk::audio
