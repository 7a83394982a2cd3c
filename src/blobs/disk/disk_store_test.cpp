#include "blobs/disk/disk_store.hpp"

#include <fstream>

#include "blobs/contract_test.hpp"

namespace frontdesk::disk {
using namespace blobs;  // of the contract, whose suite is instantiated here
namespace {

namespace fs = std::filesystem;

fs::path new_folder() {
  static int number = 0;
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  auto path = fs::temp_directory_path() / ("disk-" + std::to_string(::getpid()) + "-" +
                                           (test != nullptr ? test->name() : "x") + std::to_string(++number));
  fs::remove_all(path);
  return path;
}

template <bool sealed>
class DiskFixture {
 public:
  DiskFixture() : folder_(new_folder()) { reopen(); }
  ~DiskFixture() { fs::remove_all(folder_); }
  void reopen() {
    DiskOptions options{folder_};
    if (sealed) options.keys = keys_;
    store_ = std::move(*DiskStore::open(options));
  }
  DiskStore& store() { return *store_; }
  std::size_t large() const { return 5'000'000; }
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
  std::shared_ptr<const vault::KeyRing> keys_ =
      std::make_shared<vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, 'a')));
  std::unique_ptr<DiskStore> store_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Plain, BlobStoreContract, DiskFixture<false>);
INSTANTIATE_TYPED_TEST_SUITE_P(Sealed, BlobStoreContract, DiskFixture<true>);

std::string on_disk(const fs::path& folder) {
  std::string all;
  for (const auto& each : fs::recursive_directory_iterator(folder))
    if (each.is_regular_file())
      all += std::string(std::istreambuf_iterator<char>(std::ifstream(each.path()).rdbuf()), {});
  return all;
}

void put(BlobStore& store, const std::string& key, std::string content) {
  TextSource source(std::move(content));
  ASSERT_TRUE(store.put(key, source, {}));
}

TEST(DiskStore, ASealedBlobTellsNothingAndIsBoundToItsKey) {
  DiskFixture<true> fixture;
  put(fixture.store(), "a", "the caller's words");
  EXPECT_EQ(on_disk(fixture.folder()).find("caller"), std::string::npos);
  fs::rename(fixture.folder() / "a", fixture.folder() / "b");
  EXPECT_FALSE(fixture.store().get("b", 0, 10)) << "another blob's file in its place";
  fs::rename(fixture.folder() / "b", fixture.folder() / "a");
  fs::resize_file(fixture.folder() / "a", fs::file_size(fixture.folder() / "a") - 1);
  EXPECT_EQ(fixture.store().get("a", 0, 10).error().code, base::ErrorCode::data_loss);
}

TEST(DiskStore, SymbolicLinksLeadNowhere) {
  DiskFixture<false> fixture;
  const auto outside = new_folder();
  fs::create_directories(outside);
  std::ofstream(outside / "secret") << "secret";
  fs::create_symlink(outside, fixture.folder() / "folder");
  fs::create_symlink(outside / "secret", fixture.folder() / "file");
  EXPECT_FALSE(fixture.store().get("folder/secret", 0, 10));
  EXPECT_FALSE(fixture.store().get("file", 0, 10));
  TextSource source("x"), replacing("y");
  EXPECT_FALSE(fixture.store().put("folder/new", source, {}));
  EXPECT_FALSE(fs::exists(outside / "new"));
  EXPECT_FALSE(fixture.store().remove("folder/secret"));
  EXPECT_TRUE(fixture.store().put("file", replacing, {})) << "the link itself is replaced";
  EXPECT_EQ(*fixture.store().get("file", 0, 10), "y");
  EXPECT_EQ(on_disk(outside), "secret");
  EXPECT_EQ(fixture.store().list("", "", 10)->blobs.size(), 1U);
  fs::remove_all(outside);
}

TEST(DiskStore, WhatAnInterruptedPutLeftIsRemoved) {
  DiskFixture<false> fixture;
  std::ofstream(fixture.folder() / ".incoming" / "put_half") << "half";
  fixture.reopen();
  EXPECT_EQ(on_disk(fixture.folder()), "");
}

TEST(DiskStore, ASourceIsASnapshot) {
  DiskFixture<false> fixture;
  put(fixture.store(), "k", "old content");
  auto source = fixture.store().source("k");
  ASSERT_TRUE(source);
  EXPECT_EQ(*(*source)->read(3), "old");
  put(fixture.store(), "k", "new");
  EXPECT_EQ(*read_fully(**source, 100), " content");
}

TEST(DiskStore, ANearlyFullDiskTakesNothing) {
  const auto folder = new_folder();
  auto store = *DiskStore::open({folder, nullptr, ~std::uint64_t{0}});
  TextSource source("x");
  EXPECT_EQ(store->put("k", source, {}).error().code, base::ErrorCode::resource_exhausted);
  fs::remove_all(folder);
}

TEST(DiskStore, AKeyCannotBeABlobAndAFolder) {
  DiskFixture<false> fixture;
  put(fixture.store(), "a", "x");
  TextSource source("y");
  EXPECT_EQ(fixture.store().put("a/b", source, {}).error().code, base::ErrorCode::failed_precondition);
  EXPECT_EQ(fixture.store().get("a/b", 0, 1).error().code, base::ErrorCode::not_found);
}

}  // namespace
}  // namespace frontdesk::disk
