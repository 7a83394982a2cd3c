#include "app/recording_keys.hpp"

#include "config/config.hpp"

namespace frontdesk::app {

base::Result<std::shared_ptr<const vault::KeyRing>> recording_keys(const std::filesystem::path& data_folder,
                                                                   bool create) {
  const auto environment = config::process_environment();
  const auto given = environment.find(vault::kMasterKeyVariable);
  const bool stands_there =
      std::filesystem::exists(std::filesystem::symlink_status(data_folder / vault::kMasterKeyFile));
  if (given == environment.end() && !create && !stands_there) return std::shared_ptr<const vault::KeyRing>();
  auto ring = vault::open_key_ring(data_folder, given == environment.end() ? std::string() : given->second);
  if (!ring) return tl::unexpected(ring.error());
  return std::make_shared<const vault::KeyRing>(std::move(*ring));
}

}  // namespace frontdesk::app
