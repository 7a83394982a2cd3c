#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "crypto/encoding.hpp"
#include "store/call_writer.hpp"
#include "store/test_databases/test_databases.hpp"
#include "vault/rotation/master_keys.hpp"
#include "vault/rotation/sealed_folders.hpp"
#include "vault/rotation/sealed_heads.hpp"
#include "vault/sealed_file.hpp"
#include "vault/sealed_head.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::rotation {
namespace {

namespace fs = std::filesystem;
using test_databases::Kind;
constexpr base::UtcTime kNow{1'800'000'000'000};
const std::string kFirst(64, 'a');
const std::string kSecond(64, 'b');

base::UtcTime later(int days) {
  return {kNow.unix_ms + std::int64_t{days} * 86'400'000};
}

vault::KeyRing ring_of(const std::string& text) {
  return *vault::KeyRing::from_text(text);
}

std::string id_of(const std::string& key) {
  return ring_of(key).ids().front();
}

class Rotation : public testing::TestWithParam<Kind> {
 protected:
  MasterKey find(const std::string& id, const std::vector<std::string>& ring, base::UtcTime now) {
    const auto all = known(*connection, ring, now);
    EXPECT_TRUE(all) << all.error().message;
    for (const auto& key : *all)
      if (key.id == id) return key;
    return {};
  }
  test_databases::TestDatabase database{GetParam()};
  std::unique_ptr<store::Connection> connection = database.open();
  const std::vector<std::string> both{id_of(kFirst), id_of(kSecond)};
};

TEST_P(Rotation, SaysWhichKeyNothingNeedsAnyMore) {
  const secrets::DataKeys before(std::make_shared<const vault::KeyRing>(ring_of(kFirst)));
  for (const auto* organisation : {"", "org_local", "org_2"})
    ASSERT_TRUE(before.newest(*connection, organisation, "secrets", kNow));
  ASSERT_TRUE(note_ring(*connection, {both[0]}, kNow));
  EXPECT_EQ(find(both[0], {both[0]}, later(365)).advice, Advice::none);
  EXPECT_EQ(find(both[0], {both[0]}, later(366)).advice, Advice::make_new);
  ASSERT_TRUE(note_ring(*connection, both, later(1)));
  auto old = find(both[0], both, later(1));
  EXPECT_EQ(old.first_seen, kNow);
  EXPECT_EQ(old.data_keys, 3);
  EXPECT_EQ(old.advice, Advice::wait);
  const secrets::DataKeys after(std::make_shared<const vault::KeyRing>(ring_of(kFirst + " " + kSecond)));
  const auto some = after.rewrap_some(*connection, "", 2);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->done, 2);
  EXPECT_EQ(after.rewrap_some(*connection, some->last, 2)->done, 1);
  EXPECT_TRUE(after.rewrap_some(*connection, "~", 2)->last.empty());
  EXPECT_EQ(find(both[0], both, later(1)).advice, Advice::wait) << "the files are not counted yet";
  ASSERT_TRUE(note_files(*connection, "one", {{both[0], 0}, {both[1], 7}}, later(2)));
  EXPECT_EQ(find(both[0], both, later(2)).advice, Advice::take_out);
  EXPECT_EQ(find(both[1], both, later(2)).files, 7);
  ASSERT_TRUE(note_files(*connection, "two", {{both[0], 4}}, later(2)));
  old = find(both[0], both, later(2));
  EXPECT_EQ(old.files, 4) << "another machine's";
  EXPECT_EQ(old.advice, Advice::wait);
  EXPECT_EQ(files_elsewhere(*connection, "one")->at(both[0]), 4);
  EXPECT_EQ(find(both[0], {both[1]}, later(2)).advice, Advice::restore) << "taken out although it is needed";
  ASSERT_TRUE(note_files(*connection, "two", {{both[0], 0}}, later(3)));
  EXPECT_EQ(find(both[0], both, later(3)).advice, Advice::take_out);
}

TEST_P(Rotation, HeadsOfRecordingsInABucketAreCountedAndRewrapped) {
  const auto file = database.location().folder / "sealed";
  const auto insert = [&](const std::string& id, const vault::KeyRing& ring) {
    fs::remove(file);
    auto writer = vault::SealedWriter::create(file, ring, "recording " + id);
    ASSERT_TRUE(writer && writer->append(vault::bytes_of("sound of " + id)) && writer->finish());
    const auto head = vault::head_of_file(file, ring, "recording " + id);
    ASSERT_TRUE(head) << head.error().message;
    store::CallRow call;
    call.id = id;
    ASSERT_TRUE(store::CallWriter(*connection).begin(call));
    ASSERT_TRUE(connection->write(
        "INSERT INTO recordings (id, organisation, call, place, path, format, sealed, bytes, sha256, duration_ms, "
        "created_at, head, master_key) VALUES (?, 'org_local', ?, 's3', ?, 'wav', 1, 0, '', 0, 0, ?, ?)",
        {id, id, id, crypto::hex(*head), vault::to_text(*vault::master_key_of_head(*head))}));
  };
  for (const auto* id : {"call_1", "call_2", "call_3"}) insert(id, ring_of(kFirst));
  insert("call_lost", ring_of(std::string(64, 'c')));
  ASSERT_TRUE(note_ring(*connection, both, kNow));
  ASSERT_TRUE(note_files(*connection, "one", {{both[0], 0}}, later(1)));
  EXPECT_EQ(find(both[0], both, later(1)).files, 3);
  EXPECT_EQ(find(both[0], both, later(1)).advice, Advice::wait) << "the bucket needs it";
  const auto ring = ring_of(kFirst + " " + kSecond);
  const auto purpose = [](const std::string& path) { return "recording " + path; };
  const auto some = rewrap_heads(*connection, ring, purpose, "", 2);
  ASSERT_TRUE(some) << some.error().message;
  EXPECT_EQ(std::pair(some->last, some->done), std::pair(std::string("call_2"), std::int64_t{2}));
  const auto rest = rewrap_heads(*connection, ring, purpose, some->last, 10);
  EXPECT_EQ(std::pair(rest->done, rest->lost), std::pair(std::int64_t{1}, std::int64_t{1}));
  EXPECT_NE(rest->first_lost.find("call_lost"), std::string::npos);
  EXPECT_EQ(*count_heads(*connection), (Counts{{both[1], 3}, {id_of(std::string(64, 'c')), 1}}));
  EXPECT_EQ(find(both[0], both, later(1)).advice, Advice::take_out);
  // The head of a row opens the rest of its file, with the newest key alone.
  insert("call_4", ring_of(kFirst));
  ASSERT_EQ(rewrap_heads(*connection, ring, purpose, "call_3", 1)->done, 1);
  const auto row = connection->run("SELECT head FROM recordings WHERE id = 'call_4'")->front().text(0);
  const auto head = *crypto::from_hex(row);
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
      .write(reinterpret_cast<const char*>(head.data()), static_cast<std::streamsize>(head.size()));
  EXPECT_TRUE(vault::SealedReader::open(file, ring_of(kSecond), "recording call_4"));
  EXPECT_FALSE(vault::SealedReader::open(file, ring_of(kSecond), "recording call_3"));
}

TEST_P(Rotation, CountsUsesAndRemembersWhatWasTakenOut) {
  ASSERT_TRUE(note_ring(*connection, both, kNow));
  ASSERT_TRUE(add_uses(*connection, {{both[0], 3}, {both[1], 0}}, later(1)));
  ASSERT_TRUE(add_uses(*connection, {{both[0], 2}}, later(2)));
  const auto used = find(both[0], both, later(2));
  EXPECT_EQ(used.uses, 5);
  EXPECT_EQ(used.last_used, later(2));
  EXPECT_FALSE(find(both[1], both, later(2)).last_used);
  ASSERT_TRUE(note_removed(*connection, both[0], later(3)));
  EXPECT_EQ(find(both[0], {both[1]}, later(3)).removed_at, later(3));
  ASSERT_TRUE(note_ring(*connection, both, later(4)));
  const auto back = find(both[0], both, later(4));
  EXPECT_FALSE(back.removed_at);
  EXPECT_EQ(back.first_seen, kNow);
}

TEST_P(Rotation, ADataKeyWhoseMasterIsLostStopsNoOther) {
  const secrets::DataKeys lost(std::make_shared<const vault::KeyRing>(ring_of(std::string(64, 'c'))));
  const secrets::DataKeys old(std::make_shared<const vault::KeyRing>(ring_of(kFirst)));
  ASSERT_TRUE(lost.newest(*connection, "org_1", "secrets", kNow));
  ASSERT_TRUE(old.newest(*connection, "org_2", "secrets", kNow));
  const secrets::DataKeys both_keys(std::make_shared<const vault::KeyRing>(ring_of(kFirst + " " + kSecond)));
  const auto done = both_keys.rewrap_some(*connection, "", 100);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->done, 1);
  EXPECT_EQ(done->lost, 1);
  EXPECT_EQ(find(id_of(std::string(64, 'c')), both, kNow).advice, Advice::restore);
  EXPECT_TRUE(both_keys.newest(*connection, "org_2", "secrets", kNow));
}

INSTANTIATE_TEST_SUITE_P(Databases, Rotation, testing::Values(Kind::sqlite, Kind::postgres),
                         test_databases::KindName());

class Folders : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "frontdesk-rotation-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    fs::create_directories(folder / "a" / "b");
    folders = {{folder, [](const fs::path& file) {
                  return file.extension() == ".sealed" ? std::optional(file.stem().string()) : std::nullopt;
                }}};
  }
  void TearDown() override { fs::remove_all(folder); }
  void seal(const std::string& name, const vault::KeyRing& ring) {
    const fs::path path = folder / (name + ".sealed");
    auto writer = vault::SealedWriter::create(path, ring, path.stem().string());
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->append(vault::bytes_of(name)));
    ASSERT_TRUE(writer->finish());
  }
  fs::path folder;
  std::vector<SealedFolder> folders;
};

TEST_F(Folders, AreRewrappedInBatchesAndGoOnWhereTheyWereStopped) {
  const auto old = ring_of(kFirst);
  for (int i = 0; i < 120; ++i) seal((i % 2 != 0 ? "a/b/" : "") + std::to_string(i), old);
  std::ofstream(folder / "other.wav") << "RIFF";
  std::ofstream(folder / "torn.sealed") << "FDSEAL01";
  fs::create_symlink("/etc/passwd", folder / "link.sealed");
  const auto both = ring_of(kFirst + " " + kSecond);
  int asked = 0;
  const auto stopped = rewrap_files(folders, both, [&]() -> base::Status {
    if (++asked < 2) return {};
    return base::fail(base::ErrorCode::cancelled, "test", "the program ends", base::Retry::later);
  });
  EXPECT_FALSE(stopped);
  const auto half = *count_files(folders);
  EXPECT_GE(half.at(id_of(kSecond)), 90);
  EXPECT_GT(half.at(id_of(kFirst)), 0);
  const auto done = rewrap_files(folders, both, [] { return base::Status(); });
  ASSERT_TRUE(done);
  EXPECT_EQ(done->done, half.at(id_of(kFirst)));
  EXPECT_EQ(done->lost, 0) << done->first_lost;
  EXPECT_EQ(done->uses, (Counts{{id_of(kSecond), 120}}));
  EXPECT_TRUE(vault::SealedReader::open(folder / "a" / "b" / "1.sealed", ring_of(kSecond), "1"));
}

TEST_F(Folders, AFileOfALostKeyIsToldAndLeftAsItIs) {
  seal("lost", ring_of(std::string(64, 'c')));
  seal("old", ring_of(kFirst));
  const auto done = rewrap_files(folders, ring_of(kFirst + " " + kSecond), [] { return base::Status(); });
  ASSERT_TRUE(done);
  EXPECT_EQ(done->done, 1);
  EXPECT_EQ(done->lost, 1);
  EXPECT_NE(done->first_lost.find("lost.sealed"), std::string::npos);
  EXPECT_EQ(done->uses.at(id_of(std::string(64, 'c'))), 1);
  EXPECT_TRUE(vault::SealedReader::open(folder / "lost.sealed", ring_of(std::string(64, 'c')), "lost"));
}

}  // namespace
}  // namespace frontdesk::rotation
