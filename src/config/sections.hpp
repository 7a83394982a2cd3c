// One function per part of the file. Each reads what it knows and records problems in the reader.
#pragma once
#include "config/table_reader.hpp"

namespace frontdesk::config {

Server read_server(TableReader& reader);
/// `country`, ISO 3166, reads national numbers.
Trunk read_trunk(TableReader& reader, std::string_view country);
Voice read_voice(TableReader& reader);
Conversation read_conversation(TableReader& reader);
Screening read_screening(TableReader& reader, std::string_view country);
Limits read_limits(TableReader& reader);
Transfer read_transfers(TableReader& reader);
Recording read_recording(TableReader& reader, Findings& findings);
Retention read_retention(TableReader& reader);
Storage read_storage(TableReader& reader, const Environment& environment);
Outbound read_outbound(TableReader& reader);
Mail read_mail(TableReader& reader);
/// None if it is not written.
std::optional<RecordingPolicy> read_recording_policy(TableReader& reader, std::string_view key);

/// `root` is the top level of the file that holds [business] and its companions.
knowledge::Business read_business(TableReader& root, Findings& findings);

/// The names of the top-level sections read_business knows.
bool is_business_section(std::string_view key);

}  // namespace frontdesk::config
