#include "app/call_words.hpp"

#include "app/database_location.hpp"
#include "app/recording_keys.hpp"
#include "base/clock.hpp"
#include "records/journals/journal_file.hpp"
#include "vault/secrets/word_box.hpp"

namespace frontdesk::app {

std::shared_ptr<const store::WordSeal> words_of(std::shared_ptr<const vault::KeyRing> keys) {
  if (!keys) return nullptr;
  return std::make_shared<const secrets::WordBox>(secrets::DataKeys(std::move(keys)), base::wall_now);
}

base::Result<std::unique_ptr<store::CallLog>> open_call_log(const std::string& data_folder) {
  auto keys = recording_keys(data_folder, false);
  if (!keys) return tl::unexpected(keys.error());
  return store::CallLog::open(database_location(data_folder), words_of(std::move(*keys)));
}

base::Result<std::string> read_journal_file(const std::filesystem::path& path, const std::string& data_folder) {
  const auto keys = recording_keys(data_folder, false);
  if (!keys) return tl::unexpected(keys.error());
  return journals::read(path, keys->get());
}

}  // namespace frontdesk::app
