// The head of a sealed file kept away from it: with the head blank, what is left cannot be opened by any master key,
// and the head can be wrapped anew, or forgotten, wherever it is kept. Layout in sealed_file.hpp.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "vault/key_ring.hpp"

namespace frontdesk::vault {

inline constexpr std::size_t kHeadBytes = 8 + 16 + kWrappedKeyBytes;
inline constexpr std::size_t kHeadNameBytes = 8 + 16;  ///< of them stay when it is blanked: magic and id

/// Proved to open, so that it is whole even if somebody rewraps the file meanwhile. data_loss; not_found: the master
/// key is not here.
base::Result<Bytes> head_of_file(const std::filesystem::path& path, const KeyRing& keys, std::string_view purpose);
base::Result<KeyId> master_key_of_head(ByteView head);
/// By the newest master key; nullopt: it is already. Errors as head_of_file().
base::Result<std::optional<Bytes>> rewrap_head(ByteView head, const KeyRing& keys, std::string_view purpose);
/// `bytes` stand at `offset` of a sealed file; those of the wrapped key become zeros.
void blank_head(std::uint64_t offset, std::string& bytes);

}  // namespace frontdesk::vault
