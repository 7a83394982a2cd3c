#include "vault/rotation/sealed_folders.hpp"

#include "vault/sealed_file.hpp"

namespace frontdesk::rotation {
namespace {

namespace fs = std::filesystem;
using Visit = std::function<base::Status(const fs::path& file, const std::string& purpose)>;

base::Status walk(std::span<const SealedFolder> folders, const Visit& visit) {
  for (const auto& each : folders) {
    std::error_code error;
    auto at = fs::recursive_directory_iterator(each.folder, fs::directory_options::skip_permission_denied, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      std::error_code gone;
      if (!fs::is_regular_file(at->symlink_status(gone))) continue;
      if (const auto purpose = each.purpose(at->path()))
        if (auto done = visit(at->path(), *purpose); !done) return done;
    }
    if (error && error != std::errc::no_such_file_or_directory)
      return base::fail(base::ErrorCode::unavailable, "vault",
                        "cannot look into " + each.folder.string() + ": " + error.message(), base::Retry::later);
  }
  return {};
}

}  // namespace

base::Result<FilesRewrapped> rewrap_files(std::span<const SealedFolder> folders, const vault::KeyRing& ring,
                                          const std::function<base::Status()>& between) {
  FilesRewrapped out;
  int batch = 0;
  auto done = walk(folders, [&](const fs::path& file, const std::string& purpose) -> base::Status {
    if (++batch % kFilesAtOnce == 0)
      if (auto on = between(); !on) return on;
    const auto rewrapped = vault::rewrap_file(file, ring, purpose);
    const auto key = vault::master_key_of_file(file);
    if (key) ++out.uses[vault::to_text(*key)];
    if (rewrapped && *rewrapped) ++out.done;
    // Without a head it is gone meanwhile, or torn at its very beginning: then it never held anything.
    if (rewrapped || !key) return {};
    ++out.lost;
    if (out.first_lost.empty()) out.first_lost = file.string() + ": " + rewrapped.error().message;
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return out;
}

base::Result<Counts> count_files(std::span<const SealedFolder> folders) {
  Counts out;
  auto done = walk(folders, [&](const fs::path& file, const std::string&) -> base::Status {
    if (const auto key = vault::master_key_of_file(file)) ++out[vault::to_text(*key)];
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return out;
}

}  // namespace frontdesk::rotation
