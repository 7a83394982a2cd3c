// Rows of the call log on their way to the database, in order. While the database is away they wait in memory and in a
// file of the data folder, waiting/rows_....log (.sealed where there is a master key): the program may stop meanwhile,
// and the next one brings them to the database. Of the store thread alone.
#pragma once
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "records/call_change.hpp"
#include "vault/sealed_file.hpp"

namespace frontdesk::records {

class RowOutbox {
 public:
  /// `keys` may be null: then the file is in the clear, as the database is.
  /// `carry` brings one row to the database: carry_out(), and what goes with it.
  RowOutbox(std::function<base::Status(const CallChange&)> carry, std::filesystem::path data_folder,
            std::shared_ptr<const vault::KeyRing> keys)
      : carry_(std::move(carry)), folder_(std::move(data_folder) / "waiting"), keys_(std::move(keys)) {}

  /// What an earlier process could not bring to the database. Files that cannot be read stay, and are named.
  base::Result<std::vector<std::string>> recover();

  void add(CallChange change) { waiting_.push_back(std::move(change)); }
  /// Brings all to the database, or fails at the first that it refuses for now. A row that it refuses for good is left
  /// out and told in problem().
  bool write();
  /// Brings what waits to the file's device. Without room there the rows are in memory alone.
  void keep_in_file();

  std::size_t waiting() const { return waiting_.size(); }
  /// Why the latest row was not written; empty: it was.
  const std::string& problem() const { return problem_; }

 private:
  base::Status bring(const std::filesystem::path& file);
  base::Result<std::string> read(const std::filesystem::path& file) const;
  base::Status open_file();
  void forget_file();

  const std::function<base::Status(const CallChange&)> carry_;
  const std::filesystem::path folder_;
  const std::shared_ptr<const vault::KeyRing> keys_;
  std::deque<CallChange> waiting_;
  std::size_t in_file_ = 0;  ///< of them, from the front
  std::string problem_;

  std::filesystem::path path_;  ///< empty: there is no file
  std::optional<vault::SealedWriter> sealed_;
  files::Descriptor plain_;
  std::uint64_t file_bytes_ = 0;
};

}  // namespace frontdesk::records
