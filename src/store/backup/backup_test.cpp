#include "store/backup/backup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include "store/backup/file_copy.hpp"
#include "store/backup/table_copy.hpp"
#include "store/call_log.hpp"
#include "store/call_writer.hpp"
#include "store/test_databases/test_databases.hpp"

namespace frontdesk::backup {
namespace {

namespace fs = std::filesystem;
using test_databases::Kind;
using test_databases::Schema;
using test_databases::TestDatabase;

constexpr base::UtcTime kNow{1'790'000'000'000};

class Backup : public ::testing::TestWithParam<Kind> {
 protected:
  Backup() {
    std::string pattern = (fs::temp_directory_path() / "frontdesk-backup-XXXXXX").string();
    place = mkdtemp(pattern.data());
  }
  ~Backup() override { fs::remove_all(place); }

  const fs::path& folder() const { return database.location().folder; }
  void put(const std::string& path, const std::string& content) const {
    fs::create_directories((folder() / path).parent_path());
    std::ofstream(folder() / path, std::ios::binary) << content;
  }
  static std::string get(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void add_call(int number) const {
    store::CallWriter writer(*connection);
    store::CallRow row;
    row.id = "call_" + std::to_string(1000 + number);
    row.caller_name = base::Pii<std::string>("Zo\xC3\xAB");
    row.recording = "recordings/2026-11/" + row.id + ".wav";
    row.started_at = {number};
    ASSERT_TRUE(writer.begin(row));
    store::TurnRow turn;
    turn.call = row.id;
    turn.confidence = 0.1 + 0.2;
    ASSERT_TRUE(writer.add_turn(turn));
    ASSERT_TRUE(writer.add_consent({row.id, {1}, "ask", "given", base::Pii<std::string>("yes")}));
  }
  void add_key() const {
    ASSERT_TRUE(connection->write(
        "INSERT INTO ai_configurations (id, organisation, user_id, purpose, place, provider, model, base_url, "
        "api_key_sealed, temperature, max_tokens, system_prompt, enabled, created_at, updated_at, version) VALUES "
        "('ai_1', 'org_local', '', 'language', 0, 'openai', '', '', ?, 0.3, 300, '', 1, 0, 0, 1)",
        {std::string("v1.dk_1.c2VhbGVk")}));
    ASSERT_TRUE(connection->write(
        "INSERT INTO idempotency_keys (organisation, key, request_sha256, status, content_type, answer, created_at, "
        "expires_at) VALUES ('org_local', 'k', '', 201, '', ?, 0, 1)",
        {store::Blob{0, 255, 1, 2}}));
  }
  /// Every row of every table.
  static std::map<std::string, std::vector<std::vector<store::Value>>> content_of(store::Connection& any) {
    const TestDatabase reference(Kind::sqlite);
    const auto schema = reference.connect();
    const auto tables = *tables_in_order(*schema);
    std::map<std::string, std::vector<std::vector<store::Value>>> content;
    for (const auto& table : tables) {
      const auto columns = *schema->run("SELECT name FROM pragma_table_info(?) ORDER BY name", {table});
      std::string list;
      for (const auto& column : columns) list += (list.empty() ? "" : ", ") + column.text(0);
      const auto rows = any.run("SELECT " + list + " FROM " + table);
      EXPECT_TRUE(rows) << rows.error().message;
      for (const auto& row : *rows) {
        const auto values = row.values(row.size());
        content[table].emplace_back(values.begin(), values.end());
      }
      std::sort(content[table].begin(), content[table].end());
    }
    return content;
  }

  fs::path place;
  TestDatabase database{GetParam()};
  std::unique_ptr<store::Connection> connection = database.open();
};

INSTANTIATE_TEST_SUITE_P(On, Backup, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST(Manifest, IsReadAsItWasWritten) {
  const Manifest manifest{kNow, {{"a b/c", 0, std::string(64, 'a')}, {"end of it", 1ULL << 40U, std::string(64, '0')}}};
  const auto text = to_text(manifest);
  EXPECT_EQ(*read_manifest(text), manifest);
  for (std::size_t length = 0; length < text.size(); ++length)
    EXPECT_FALSE(read_manifest(std::string_view(text).substr(0, length))) << length;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(read_manifest(changed)) << i;
  }
}

TEST(Manifest, LeadsNowhereElse) {
  for (const char* path : {"a", "a/b", "a b/..c", "...", ".hidden"}) EXPECT_TRUE(is_safe_path(path)) << path;
  for (const char* path : {"", "/a", "..", "a/../b", "a//b", "a/", "./a", "a\nb", "a\\b"})
    EXPECT_FALSE(is_safe_path(path)) << path;
  EXPECT_FALSE(read_manifest(to_text({kNow, {{"../../etc/passwd", 1, std::string(64, 'a')}}})));
}

TEST_P(Backup, RestoresToTheSameState) {
  for (int i = 0; i < 20; ++i) add_call(i);
  add_key();
  put("recordings/2026-11/call_1000.wav", std::string(300'000, 'w'));
  put("journals/2026-11/call_1000.tape", "one\n");
  put("master.key", "0123");
  put("backups/old.db", "old");
  const auto made = make(database.location(), place / "b", kNow);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->files, 3U);
  EXPECT_EQ(made->missing.size(), 19U);
  EXPECT_FALSE(fs::exists(place / "b" / "master.key")) << "the key does not lie with what it opens";
  EXPECT_FALSE(fs::exists(place / "b.partial"));
  const auto verified = verify(place / "b");
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->bytes, made->bytes);
  EXPECT_EQ(verified->made_at, kNow);

  const TestDatabase target(GetParam(), Schema::none);
  const auto restored = restore(place / "b", target.location());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_TRUE(content_of(*target.open()) == content_of(*connection));
  EXPECT_EQ(content_of(*connection)["calls"].size(), 20U);
  EXPECT_EQ(get(target.location().folder / "recordings/2026-11/call_1000.wav"), std::string(300'000, 'w'));
  EXPECT_EQ(get(target.location().folder / "journals/2026-11/call_1000.tape"), "one\n");
  const auto again = restore(place / "b", target.location());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::already_exists);
}

TEST_P(Backup, MovesBetweenTheKindsOfDatabases) {
  for (int i = 0; i < 3; ++i) add_call(i);
  add_key();
  ASSERT_TRUE(make(database.location(), place / "b", kNow));
  const TestDatabase other(GetParam() == Kind::sqlite ? Kind::postgres : Kind::sqlite, Schema::none);
  const auto restored = restore(place / "b", other.location());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_TRUE(content_of(*other.open()) == content_of(*connection));
}

TEST_P(Backup, WhateverIsWrongWithItIsFound) {
  for (int i = 0; i < 5; ++i) add_call(i);
  put("recordings/a.wav", "sound");
  ASSERT_TRUE(make(database.location(), place / "b", kNow));
  const std::map<std::string, std::function<void(const fs::path&)>> harms = {
      {"a file is missing", [](const fs::path& b) { fs::remove(b / "recordings/a.wav"); }},
      {"a file was changed", [](const fs::path& b) { std::ofstream(b / "recordings/a.wav") << "sounD"; }},
      {"a file was cut off", [](const fs::path& b) { fs::resize_file(b / "recordings/a.wav", 4); }},
      {"a file was added", [](const fs::path& b) { std::ofstream(b / "recordings/b.wav") << "x"; }},
      {"the database was cut off", [](const fs::path& b) { fs::resize_file(b / "frontdesk.db", 8192); }},
      {"a byte of the database was changed",
       [](const fs::path& b) {
         std::fstream file(b / "frontdesk.db", std::ios::in | std::ios::out | std::ios::binary);
         file.seekp(5000);
         file.put('\x7E');
       }},
      {"the database is missing", [](const fs::path& b) { fs::remove(b / "frontdesk.db"); }},
      {"the manifest is missing", [](const fs::path& b) { fs::remove(b / "manifest"); }},
      {"the manifest was cut off", [](const fs::path& b) { fs::resize_file(b / "manifest", 100); }},
      {"the manifest fits a damaged database",
       [](const fs::path& b) {
         std::ofstream(b / "frontdesk.db") << std::string(9000, 'x');
         auto manifest = *read_manifest(get(b / "manifest"));
         for (auto& entry : manifest.entries)
           if (entry.path == "frontdesk.db") entry = {entry.path, 9000, hash_of(b / "frontdesk.db")->sha256};
         std::ofstream(b / "manifest") << to_text(manifest);
       }},
  };
  for (const auto& [name, harm] : harms) {
    fs::remove_all(place / "harmed");
    fs::copy(place / "b", place / "harmed", fs::copy_options::recursive);
    ASSERT_TRUE(verify(place / "harmed"));
    harm(place / "harmed");
    const auto verified = verify(place / "harmed");
    ASSERT_FALSE(verified) << name;
    EXPECT_EQ(verified.error().code, base::ErrorCode::data_loss) << name;
    const TestDatabase target(Kind::sqlite, Schema::none);
    EXPECT_FALSE(restore(place / "harmed", target.location())) << name;
    EXPECT_FALSE(fs::exists(target.location().file())) << name;
    EXPECT_FALSE(fs::exists(target.location().folder / "recordings")) << name;
  }
}

TEST_P(Backup, IsWholeThoughTheProgramGoesOn) {
  std::atomic<int> acknowledged{0};
  std::atomic<bool> stop{false};
  for (; acknowledged < 50; ++acknowledged) add_call(acknowledged);
  std::thread program([&] {
    const auto own = database.connect();
    store::CallWriter writer(*own);
    while (!stop) {
      store::CallRow row;
      row.id = "call_" + std::to_string(1000 + acknowledged);
      row.recording = "recordings/" + row.id + ".wav";
      put(row.recording, std::string(20'000, 'r'));
      if (writer.begin(row)) ++acknowledged;
      std::ofstream(folder() / "journals.tape", std::ios::app) << "a line\n";
      fs::remove(folder() / ("recordings/call_" + std::to_string(1000 + acknowledged - 40) + ".wav"));
    }
  });
  for (int round = 0; round < 3; ++round) {
    const int before = acknowledged;
    const auto to = place / std::to_string(round);
    const auto made = make(database.location(), to, kNow);
    const int after = acknowledged;
    EXPECT_TRUE(made) << made.error().message;
    const auto verified = verify(to);
    EXPECT_TRUE(verified) << verified.error().message;
    const TestDatabase target(GetParam(), Schema::none);
    const auto restored = restore(to, target.location());
    EXPECT_TRUE(restored) << restored.error().message;
    const auto calls = target.open()->run("SELECT COUNT(*) FROM calls")->front().integer(0);
    EXPECT_GE(calls, before);
    EXPECT_LE(calls, after + 1);
  }
  stop = true;
  program.join();
}

TEST_P(Backup, DoesNotGoIntoTheDataFolder) {
  const auto refused = make(database.location(), folder() / "b", kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::invalid_argument);
  EXPECT_TRUE(make(database.location(), folder() / "backups" / "b", kNow));
  EXPECT_FALSE(make(database.location(), folder() / "backups" / "b", kNow)) << "nothing is overwritten";
}

}  // namespace frontdesk::backup
