// What kind of sound file some bytes are, by how they begin: names and types that a sender gives are not believed.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace frontdesk::sound_files {

enum class Format { unknown, wav, flac, ogg, mp3, mp4, webm };

Format format_of(std::span<const std::uint8_t> bytes);
/// "WAV"
std::string_view name_of(Format format);
/// Whether decode() reads it.
bool is_read(Format format);

inline constexpr std::string_view kFormatsRead = "WAV, FLAC, Ogg (Vorbis, Opus) or MP3";

}  // namespace frontdesk::sound_files
