#include "sound_files/format.hpp"

#include <algorithm>

namespace frontdesk::sound_files {
namespace {

bool has(std::span<const std::uint8_t> bytes, std::size_t at, std::string_view mark) {
  return bytes.size() >= at + mark.size() &&
         std::equal(mark.begin(), mark.end(), bytes.begin() + static_cast<long>(at),
                    [](char c, std::uint8_t b) { return static_cast<std::uint8_t>(c) == b; });
}

/// The first header of a layer III frame (ISO/IEC 11172-3, 2.4.1.3): sync, a rate and a sampling frequency there are.
bool is_mp3_frame(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 4 && bytes[0] == 0xff && (bytes[1] & 0xe6U) == 0xe2U && (bytes[1] & 0x18U) != 0x08U &&
         (bytes[2] & 0xf0U) != 0xf0U && (bytes[2] & 0xf0U) != 0 && (bytes[2] & 0x0cU) != 0x0cU;
}

}  // namespace

Format format_of(std::span<const std::uint8_t> bytes) {
  if ((has(bytes, 0, "RIFF") || has(bytes, 0, "RF64")) && has(bytes, 8, "WAVE")) return Format::wav;
  if (has(bytes, 0, "fLaC")) return Format::flac;
  if (has(bytes, 0, "OggS")) return Format::ogg;
  if (has(bytes, 0, "ID3") || is_mp3_frame(bytes)) return Format::mp3;
  if (has(bytes, 4, "ftyp")) return Format::mp4;
  if (has(bytes, 0, "\x1a\x45\xdf\xa3")) return Format::webm;
  return Format::unknown;
}

std::string_view name_of(Format format) {
  switch (format) {
    case Format::wav:
      return "WAV";
    case Format::flac:
      return "FLAC";
    case Format::ogg:
      return "Ogg";
    case Format::mp3:
      return "MP3";
    case Format::mp4:
      return "M4A";
    case Format::webm:
      return "WebM";
    case Format::unknown:
      break;
  }
  return "unknown";
}

bool is_read(Format format) {
  return format == Format::wav || format == Format::flac || format == Format::ogg || format == Format::mp3;
}

}  // namespace frontdesk::sound_files
