// Settings that are drafted, published and, if need be, restored. Each subject ("receptionist:rec_...") has at most one
// draft and one published version; a published one is never changed again.
#pragma once
#include <array>

#include "store/table.hpp"

namespace frontdesk::settings {

enum class VersionState { draft, published, superseded };
inline std::span<const std::string_view> names_of(VersionState) {
  static constexpr std::array<std::string_view, 3> kNames{"draft", "published", "superseded"};
  return kNames;
}

struct ConfigurationVersion {
  static constexpr std::string_view kTable = "configuration_versions";
  static constexpr std::string_view kNoun = "version";

  std::string id;  ///< "cfg_..."
  std::string organisation;
  std::string subject;
  std::int64_t number = 0;  ///< from 1
  VersionState state = VersionState::draft;
  std::string content;  ///< JSON, as it was checked
  std::string author;
  std::string note;
  std::int64_t based_on = 0;  ///< the number that was published when it was begun, or that it restores; 0: none
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::optional<base::UtcTime> published_at;
  std::int64_t version = 1;  ///< of the draft: counts its changes

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("subject", self.subject);
    visit("number", self.number);
    visit("state", self.state);
    visit("content", self.content);
    visit("author", self.author);
    visit("note", self.note);
    visit("based_on", self.based_on);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("published_at", self.published_at);
    visit("version", self.version);
  }
};

/// The one receptionist of an organisation.
inline constexpr std::string_view kReceptionistSubject = "receptionist";

struct Draft {
  std::string organisation;
  std::string subject;
  std::string content;
  std::string author;
  std::string note;
};

class ConfigurationVersions : private store::Table<ConfigurationVersion> {
 public:
  using Table::Table;

  /// Makes the draft, or changes it. `seen` is the draft's version that the author saw, 0 if there was none; aborted if
  /// it is another by now.
  base::Result<ConfigurationVersion> save_draft(const Draft& draft, std::int64_t seen, base::UtcTime now);
  /// aborted if the draft is not the one that was seen; not_found.
  base::Status discard_draft(const std::string& organisation, const std::string& subject, std::int64_t seen);
  /// The draft takes the place of what was published. aborted, not_found as above.
  base::Result<ConfigurationVersion> publish(const std::string& organisation, const std::string& subject,
                                             std::int64_t seen, base::UtcTime now);
  /// Publishes a copy of an earlier version; the draft stays. not_found.
  base::Result<ConfigurationVersion> restore(const std::string& organisation, const std::string& subject,
                                             std::int64_t number, const std::string& author, base::UtcTime now);

  /// not_found.
  base::Result<ConfigurationVersion> draft(const std::string& organisation, const std::string& subject) const;
  base::Result<ConfigurationVersion> published(const std::string& organisation, const std::string& subject) const;
  base::Result<ConfigurationVersion> version(const std::string& organisation, const std::string& subject,
                                             std::int64_t number) const;
  /// The highest number first.
  base::Result<std::vector<ConfigurationVersion>> history(const std::string& organisation, const std::string& subject,
                                                          int limit) const;

 private:
  base::Result<ConfigurationVersion> seen_draft(const std::string& organisation, const std::string& subject,
                                                std::int64_t seen) const;
  base::Status supersede(const std::string& organisation, const std::string& subject, base::UtcTime now);
  base::Result<std::int64_t> next_number(const std::string& organisation, const std::string& subject) const;
  base::Status begin_draft(ConfigurationVersion& made, const Draft& draft, base::UtcTime now);
};

}  // namespace frontdesk::settings
