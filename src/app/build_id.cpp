// The build id that the linker writes into the program (ELF note NT_GNU_BUILD_ID), read from memory.
#include <elf.h>
#include <link.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "app/version.hpp"

namespace frontdesk::app {
namespace {

constexpr std::size_t kNoteAlignment = 4;

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, 4> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", bytes[i]);
    text += digits.data();
  }
  return text;
}

std::size_t aligned(std::size_t size) {
  return (size + kNoteAlignment - 1) / kNoteAlignment * kNoteAlignment;
}

std::string build_id_in(const unsigned char* notes, std::size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note{};
    std::memcpy(&note, notes, sizeof note);
    const auto whole = sizeof note + aligned(note.n_namesz) + aligned(note.n_descsz);
    if (whole > size) break;
    if (note.n_type == NT_GNU_BUILD_ID) return hexadecimal(notes + sizeof note + aligned(note.n_namesz), note.n_descsz);
    notes += whole;
    size -= whole;
  }
  return {};
}

/// Called with the program itself first.
int visit(dl_phdr_info* info, std::size_t, void* out) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    auto& id = *static_cast<std::string*>(out);
    id = build_id_in(reinterpret_cast<const unsigned char*>(info->dlpi_addr + segment.p_vaddr), segment.p_memsz);
    if (!id.empty()) break;
  }
  return 1;
}

}  // namespace

std::string build_text() {
  std::string id;
  dl_iterate_phdr(visit, &id);
  return version_text() + " build " + (id.empty() ? "unknown" : id);
}

}  // namespace frontdesk::app
