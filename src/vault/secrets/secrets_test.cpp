#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "store/test_databases/test_databases.hpp"
#include "vault/secrets/secret_store.hpp"
#include "vault/secrets/word_box.hpp"

namespace frontdesk::secrets {
namespace {

constexpr base::UtcTime kNow{1'800'000'000'000};
constexpr std::string_view kOrganisation = "org_local";
const std::string kOldMaster(64, 'a');
const std::string kNewMaster(64, 'b');
const std::string kPlanted = "sk-planted-0123456789-WXYZ";

base::UtcTime later(int days) {
  return {kNow.unix_ms + std::int64_t{days} * 86'400'000};
}

std::shared_ptr<const vault::KeyRing> ring(const std::string& text) {
  return std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(text));
}

using test_databases::Kind;

class Secrets : public testing::TestWithParam<Kind> {
 protected:
  Secrets() {
    EXPECT_TRUE(connection->run("INSERT INTO organisations (id, name, created_at) VALUES ('org_2', 'Other', 0)"));
  }

  SecretStore keys(const std::string& master = kOldMaster) { return SecretStore(SecretBox(DataKeys(ring(master)))); }
  base::Result<base::Secret> use(const SecretStore& store, std::string_view organisation, const std::string& id,
                                 base::UtcTime now = kNow) {
    const Witness witness = [this](const SecretUse& each) -> base::Status {
      if (refuse) return base::fail(base::ErrorCode::unavailable, "test", "no witness");
      uses.push_back(each);
      return {};
    };
    return store.use(*connection, organisation, id, "test", witness, now);
  }
  SecretStore::NewApiKey planted(const std::string& name = "main") const {
    return {std::string(kOrganisation), "user_1", "openai", name, base::Secret(kPlanted)};
  }
  std::string column(const std::string& id) {
    return connection->run("SELECT key_encrypted FROM api_keys WHERE id = ?", {id})->front().text(0);
  }

  test_databases::TestDatabase database{GetParam()};
  std::filesystem::path folder = database.location().folder;
  std::unique_ptr<store::Connection> connection = database.open();
  std::vector<SecretUse> uses;
  bool refuse = false;
};

}  // namespace

TEST_P(Secrets, WordsOpenWhereTheyWereSealedAndNowhereElse) {
  const WordBox box(DataKeys(ring(kOldMaster)), [] { return kNow; });
  const store::WordSeal::Place place{kOrganisation, "call_1.0", "call_turns.text"};
  const auto sealed = box.seal(*connection, place, "My number is twelve.");
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->find("twelve"), std::string::npos);
  EXPECT_NE(*sealed, *box.seal(*connection, place, "My number is twelve.")) << "never the same twice";
  EXPECT_EQ(*box.open(*connection, place, *sealed), "My number is twelve.");
  for (const store::WordSeal::Place& other : {store::WordSeal::Place{kOrganisation, "call_1.1", "call_turns.text"},
                                              store::WordSeal::Place{kOrganisation, "call_1.0", "call_turns.heard"},
                                              store::WordSeal::Place{"org_2", "call_1.0", "call_turns.text"}})
    EXPECT_EQ(box.open(*connection, other, *sealed).error().code, base::ErrorCode::data_loss) << other.record;
  auto changed = *sealed;
  changed[changed.size() - 3] = changed[changed.size() - 3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(box.open(*connection, place, changed).error().code, base::ErrorCode::data_loss);
  for (const char* no : {"", "w1", "w1.", "w1.x.", "v1.a.b", "My number is twelve."})
    EXPECT_FALSE(box.open(*connection, place, no)) << no;
}

TEST_P(Secrets, WordsOutliveTheRotationOfEveryKey) {
  const store::WordSeal::Place place{kOrganisation, "call_1.0", "call_turns.text"};
  const DataKeys before(ring(kOldMaster));
  const auto sealed = WordBox(before, [] { return kNow; }).seal(*connection, place, "first");
  ASSERT_TRUE(sealed);
  ASSERT_TRUE(before.rotate(*connection, kOrganisation, kWordsPurpose, later(1)));
  ASSERT_TRUE(DataKeys(ring(kOldMaster + "\n" + kNewMaster)).rewrap(*connection));
  const WordBox after(DataKeys(ring(kNewMaster)), [] { return kNow; });
  EXPECT_EQ(*after.open(*connection, place, *sealed), "first");
  const auto next = after.seal(*connection, place, "second");
  ASSERT_TRUE(next);
  EXPECT_NE(next->substr(0, next->rfind('.')), sealed->substr(0, sealed->rfind('.'))) << "the new key seals";
  EXPECT_EQ(*after.open(*connection, place, *next), "second");
  EXPECT_FALSE(WordBox(DataKeys(ring(std::string(64, 'c'))), [] { return kNow; }).open(*connection, place, *sealed));
}

TEST_P(Secrets, GoInAndAreUsedAndCounted) {
  const auto store = keys();
  const auto key = store.add(*connection, planted(), kNow);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->last_four, "WXYZ");
  EXPECT_EQ(key->uses, 0);
  EXPECT_FALSE(key->last_used);
  const auto secret = use(store, kOrganisation, key->id, later(1));
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->expose(), kPlanted);
  ASSERT_EQ(uses.size(), 1U);
  EXPECT_EQ(uses[0].service, "openai");
  EXPECT_EQ(uses[0].reason, "test");
  const auto after = store.find(*connection, kOrganisation, key->id);
  EXPECT_EQ(after->uses, 1);
  EXPECT_EQ(after->last_used, later(1));
}

TEST_P(Secrets, AreNotUsedWithoutAWitness) {
  const auto store = keys();
  const auto key = store.add(*connection, planted(), kNow);
  refuse = true;
  EXPECT_FALSE(use(store, kOrganisation, key->id, kNow));
  EXPECT_FALSE(store.use(*connection, kOrganisation, key->id, "test", {}, kNow));
  EXPECT_EQ(store.find(*connection, kOrganisation, key->id)->uses, 0);
}

TEST_P(Secrets, StandInNoFileOfTheDatabaseNorInItsBackup) {
  if (database.location().shared()) GTEST_SKIP() << "its files are the server's";
  std::vector<std::string> planted_keys;
  {
    const auto store = keys();
    for (int i = 0; i < 20; ++i) {
      planted_keys.push_back("sk-" + std::to_string(i * 7919 + 1'000'003) + "-planted-" + std::to_string(i));
      auto key = planted(std::to_string(i));
      key.secret = base::Secret(planted_keys.back());
      const auto added = store.add(*connection, key, kNow);
      ASSERT_TRUE(added);
      ASSERT_TRUE(use(store, kOrganisation, added->id));
      planted_keys.push_back("other-" + planted_keys.back());
      ASSERT_TRUE(store.replace(*connection, kOrganisation, added->id, base::Secret(planted_keys.back()), kNow));
      ASSERT_EQ(use(store, kOrganisation, added->id)->expose(), planted_keys.back());
    }
    ASSERT_TRUE(store.box().keys().rotate(*connection, kOrganisation, kSecretsPurpose, kNow));
    ASSERT_EQ(*store.box().reseal(*connection, kApiKeyColumn, kOrganisation, 100, kNow), 20);
  }
  ASSERT_TRUE(connection->run("VACUUM INTO ?", {(folder / "backup.db").string()}));
  int files = 0;
  const auto search = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      for (const auto& key : planted_keys) {
        EXPECT_EQ(bytes.find(key), std::string::npos) << entry.path();
        EXPECT_EQ(bytes.find(crypto::base64url(crypto::bytes_of(key)).substr(0, 12)), std::string::npos);
      }
      EXPECT_EQ(bytes.find(std::string(32, '\xaa')), std::string::npos) << entry.path();
      ++files;
    }
  };
  search();  // with the write-ahead log beside it
  connection.reset();
  search();
  EXPECT_GE(files, 5);
}

TEST_P(Secrets, OpenOnlyInTheirPlace) {
  const SecretBox box{DataKeys(ring(kOldMaster))};
  const Place place{kOrganisation, "record_1", "table.column"};
  const auto sealed = box.seal(*connection, place, base::Secret(kPlanted), kNow);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(box.open(*connection, place, *sealed)->expose(), kPlanted);
  for (const auto& other :
       {Place{"org_2", "record_1", "table.column"}, Place{kOrganisation, "record_2", "table.column"},
        Place{kOrganisation, "record_1", "table.other"}, Place{kOrganisation, "record_1t", "able.column"},
        Place{"", "record_1", "table.column"}}) {
    const auto opened = box.open(*connection, other, *sealed);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::ErrorCode::data_loss);
    EXPECT_EQ(opened.error().message.find(kPlanted), std::string::npos);
  }
}

TEST_P(Secrets, RefuseEveryChangedCharacter) {
  const SecretBox box{DataKeys(ring(kOldMaster))};
  const Place place{kOrganisation, "record_1", "table.column"};
  const auto sealed = *box.seal(*connection, place, base::Secret("short"), kNow);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(box.open(*connection, place, changed)) << i;
    EXPECT_FALSE(box.open(*connection, place, sealed.substr(0, i))) << i;
  }
  EXPECT_FALSE(box.open(*connection, place, ""));
}

TEST_P(Secrets, NeverSealTwiceAlike) {
  const SecretBox box{DataKeys(ring(kOldMaster))};
  const Place place{kOrganisation, "record_1", "table.column"};
  EXPECT_NE(*box.seal(*connection, place, base::Secret("x"), kNow),
            *box.seal(*connection, place, base::Secret("x"), kNow));
}

TEST_P(Secrets, OfOtherOrganisationsAreNotThere) {
  const auto store = keys();
  const auto key = store.add(*connection, planted(), kNow);
  EXPECT_FALSE(use(store, "org_2", key->id, kNow));
  EXPECT_FALSE(store.find(*connection, "org_2", key->id));
  EXPECT_FALSE(store.replace(*connection, "org_2", key->id, base::Secret("y"), kNow));
  EXPECT_FALSE(store.remove(*connection, "org_2", key->id));
  EXPECT_TRUE(store.list(*connection, "org_2")->empty());
  // Nor when somebody with access to the database moves the row.
  ASSERT_TRUE(connection->run("UPDATE api_keys SET organisation = 'org_2'"));
  const auto moved = use(store, "org_2", key->id, kNow);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, base::ErrorCode::data_loss);
}

TEST_P(Secrets, AreReadWhileTheirKeyRotates) {
  const auto store = keys();
  const auto& box = store.box();
  std::vector<std::string> ids;
  for (int i = 0; i < 25; ++i) ids.push_back(store.add(*connection, planted(std::to_string(i)), kNow)->id);
  const auto before = column(ids[0]);
  ASSERT_TRUE(box.keys().rotate(*connection, kOrganisation, kSecretsPurpose, kNow));
  int rounds = 0;
  for (int done = -1; done != 0; ++rounds) {
    const auto some = box.reseal(*connection, kApiKeyColumn, kOrganisation, 10, kNow);
    ASSERT_TRUE(some);
    done = *some;
    for (const auto& id : ids) ASSERT_EQ(use(store, kOrganisation, id, kNow)->expose(), kPlanted);
  }
  EXPECT_EQ(rounds, 4);
  ASSERT_TRUE(box.keys().forget_old(*connection, kOrganisation, kSecretsPurpose, 1));
  EXPECT_EQ(box.keys().all(*connection, kOrganisation, kSecretsPurpose)->size(), 1U);
  for (const auto& id : ids) EXPECT_EQ(use(store, kOrganisation, id, kNow)->expose(), kPlanted);
  EXPECT_FALSE(box.open(*connection, {kOrganisation, ids[0], "api_keys.key_encrypted"}, before));
}

TEST_P(Secrets, OfOneOrganisationRotateAlone) {
  const auto store = keys();
  std::vector<std::string> ids;
  for (int i = 0; i < 120; ++i) ids.push_back(store.add(*connection, planted(std::to_string(i)), kNow)->id);
  auto other = planted();
  other.organisation = "org_2";
  const auto others = store.add(*connection, other, kNow)->id;
  const auto before = column(others);
  const std::array columns = {kApiKeyColumn};
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(*rotate_organisation(*connection, store.box(), columns, kOrganisation, kNow), 120);
    for (const auto& id : ids) ASSERT_EQ(use(store, kOrganisation, id)->expose(), kPlanted);
  }
  EXPECT_EQ(store.box().keys().all(*connection, kOrganisation, kSecretsPurpose)->size(), 2U);
  EXPECT_EQ(column(others), before);
  // A record that does not open is told, and the key that sealed it is kept.
  ASSERT_TRUE(connection->run("UPDATE api_keys SET name = name || 'x', id = 'key_moved' WHERE id = ?", {ids[0]}));
  EXPECT_FALSE(rotate_organisation(*connection, store.box(), columns, kOrganisation, kNow));
  EXPECT_EQ(use(store, kOrganisation, ids[1])->expose(), kPlanted);
}

TEST_P(Secrets, SurviveARotationOfTheMasterKey) {
  const auto key = keys().add(*connection, planted(), kNow);
  const auto both = keys(kOldMaster + "\n" + kNewMaster);
  EXPECT_EQ(use(both, kOrganisation, key->id, kNow)->expose(), kPlanted);
  EXPECT_EQ(*both.box().keys().rewrap(*connection), 1);
  EXPECT_EQ(*both.box().keys().rewrap(*connection), 0);
  EXPECT_EQ(use(keys(kNewMaster), kOrganisation, key->id, kNow)->expose(), kPlanted);
  const auto without = use(keys(kOldMaster), kOrganisation, key->id, kNow);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, base::ErrorCode::not_found);
}

TEST_P(Secrets, OfOnePurposeAreNotKeysOfAnother) {
  const DataKeys data(ring(kOldMaster));
  const auto made = data.newest(*connection, kOrganisation, "one", kNow);
  ASSERT_TRUE(made);
  EXPECT_EQ(data.newest(*connection, kOrganisation, "one", kNow)->id, made->id);
  EXPECT_FALSE(data.key(*connection, made->id, kOrganisation, "two"));
  ASSERT_TRUE(connection->run("UPDATE data_keys SET purpose = 'two'"));
  EXPECT_FALSE(data.newest(*connection, kOrganisation, "two", kNow));
}

TEST_P(Secrets, AreCheckedBeforeTheyAreStored) {
  const auto store = keys();
  auto bad = planted();
  bad.secret = base::Secret();
  EXPECT_FALSE(store.add(*connection, bad, kNow));
  bad.secret = base::Secret(std::string(kLongestSecret + 1, 'x'));
  EXPECT_FALSE(store.add(*connection, bad, kNow));
  bad = planted("");
  EXPECT_FALSE(store.add(*connection, bad, kNow));
  bad = planted("a\nb");
  EXPECT_FALSE(store.add(*connection, bad, kNow));
  ASSERT_TRUE(store.add(*connection, planted(), kNow));
  EXPECT_EQ(store.add(*connection, planted(), kNow).error().code, base::ErrorCode::already_exists);
}

TEST_P(Secrets, TellWhenToRotateThem) {
  ApiKey key;
  key.updated = kNow;
  EXPECT_EQ(advice(key, later(89)), Advice::none);
  EXPECT_EQ(advice(key, later(91)), Advice::remove_unused);
  key.last_used = later(90);
  EXPECT_EQ(advice(key, later(91)), Advice::rotate);
  key.updated = later(90);
  EXPECT_EQ(advice(key, later(91)), Advice::none);
}

TEST_P(Secrets, ShowFourCharactersOfLongOnesOnly) {
  EXPECT_EQ(last_four(base::Secret("0123456789ab")), "89ab");
  EXPECT_EQ(last_four(base::Secret("0123456789a")), "");
  EXPECT_EQ(last_four(base::Secret("0123456789a\xc3\xab")), "");
}

TEST_P(Secrets, AReplacedKeyComesBackAsItWasAndGoesWithTime) {
  const auto store = keys();
  const auto made = store.add(*connection, planted(), kNow);
  ASSERT_TRUE(made);
  EXPECT_FALSE(store.put_back(*connection, kOrganisation, made->id, kNow));
  ASSERT_TRUE(store.replace(*connection, kOrganisation, made->id, base::Secret("another-0123456789"), later(1)));
  const auto previous = [&] {
    return connection->run("SELECT previous_encrypted FROM api_keys WHERE id = ?", {made->id})->front().text(0);
  };
  EXPECT_FALSE(store.box().open(*connection, {kOrganisation, made->id, "api_keys.key_encrypted"}, previous()))
      << "bound to its own column";
  ASSERT_TRUE(rotate_organisation(*connection, store.box(), std::array{kApiKeyColumn, kPreviousKeyColumn},
                                  kOrganisation, later(2)));
  const auto back = store.put_back(*connection, kOrganisation, made->id, later(3));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->updated, kNow);
  EXPECT_EQ(use(store, kOrganisation, made->id, later(3))->expose(), kPlanted);
  EXPECT_FALSE(store.put_back(*connection, "org_2", made->id, later(3)));
  ASSERT_TRUE(store.put_back(*connection, kOrganisation, made->id, later(3))) << "and back again";
  EXPECT_EQ(use(store, kOrganisation, made->id, later(3))->expose(), "another-0123456789");
  EXPECT_EQ(store.put_back(*connection, kOrganisation, made->id, later(9)).error().code,
            base::ErrorCode::failed_precondition)
      << "seven days after the replacement";
  ASSERT_TRUE(SecretStore::sweep(*connection, later(7)));
  EXPECT_FALSE(previous().empty());
  ASSERT_TRUE(SecretStore::sweep(*connection, later(9)));
  EXPECT_TRUE(previous().empty());
}

TEST_P(Secrets, AKeyThatCannotBeOpenedCanStillBeReplaced) {
  const auto made = keys().add(*connection, planted(), kNow);
  ASSERT_TRUE(connection->run("UPDATE api_keys SET key_encrypted = 'v1.none.AAAA'"));
  const auto replaced = keys().replace(*connection, kOrganisation, made->id, base::Secret("another-0123456789"), kNow);
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_FALSE(replaced->previous_until);
}

INSTANTIATE_TEST_SUITE_P(Databases, Secrets, testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace frontdesk::secrets
