// What every store must do, whatever is behind it: one suite, run for each.
#pragma once
#include <gtest/gtest.h>

#include <memory>

#include "base/random.hpp"
#include "blobs/blob_store.hpp"

namespace frontdesk::blobs {

inline std::string noise(std::size_t size, std::uint64_t seed = 1) {
  base::Random random(seed);
  std::string out(size, '\0');
  for (auto& c : out) c = static_cast<char>(random.next());
  return out;
}

/// A source that fails after `good` bytes.
class FailingSource : public Source {
 public:
  explicit FailingSource(std::size_t good) : left_(good) {}
  base::Result<std::string> read(std::size_t room) override {
    if (left_ == 0) return base::fail(base::ErrorCode::unavailable, "test", "the source broke");
    const auto count = std::min(room, left_);
    left_ -= count;
    return std::string(count, 'x');
  }

 private:
  std::size_t left_;
};

/// TypeParam makes the store: `BlobStore& store()`, `std::size_t large()` (bytes that need more than one part).
template <class Fixture>
class BlobStoreContract : public ::testing::Test {
 protected:
  BlobStore& store() { return fixture_.store(); }
  std::string put(const std::string& key, std::string content) {
    TextSource source(content);
    const auto written = store().put(key, source, {});
    EXPECT_TRUE(written) << key << ": " << (written ? "" : written.error().message);
    EXPECT_EQ(written.value_or(blobs::Written{}).size, content.size()) << key;
    EXPECT_EQ(written.value_or(blobs::Written{}).sha256, crypto::sha256(content)) << key;
    return content;
  }
  std::string get(const std::string& key, std::uint64_t offset = 0, std::size_t length = kLongestRead) {
    auto got = store().get(key, offset, length);
    EXPECT_TRUE(got) << key << ": " << (got ? "" : got.error().message);
    return got.value_or("(failed)");
  }
  static base::ErrorCode code(const base::Error& error) { return error.code; }

  Fixture fixture_;
};

TYPED_TEST_SUITE_P(BlobStoreContract);

TYPED_TEST_P(BlobStoreContract, GivesBackWhatWasPut) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65'536}, std::size_t{1'000'003}}) {
    const auto content = this->put("a/b-" + std::to_string(size) + ".bin", noise(size, size + 1));
    EXPECT_TRUE(this->get("a/b-" + std::to_string(size) + ".bin") == content) << size;
    EXPECT_EQ(this->store().head("a/b-" + std::to_string(size) + ".bin")->size, size);
  }
  this->put("odd=+@_-.name/x", "odd");
  EXPECT_EQ(this->get("odd=+@_-.name/x"), "odd");
}

TYPED_TEST_P(BlobStoreContract, ReadsRanges) {
  this->put("digits", "0123456789");
  EXPECT_EQ(this->get("digits", 0, 1), "0");
  EXPECT_EQ(this->get("digits", 3, 4), "3456");
  EXPECT_EQ(this->get("digits", 8, 100), "89");
  EXPECT_EQ(this->get("digits", 10, 5), "");
  EXPECT_EQ(this->get("digits", 0, 0), "");
  const auto beyond = this->store().get("digits", 11, 1);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, base::ErrorCode::out_of_range);
  this->put("empty", "");
  EXPECT_EQ(this->get("empty", 0, 5), "");
}

TYPED_TEST_P(BlobStoreContract, LargeBlobsArriveWhole) {
  const auto content = this->put("large.bin", noise(this->fixture_.large(), 9));
  EXPECT_EQ(this->store().head("large.bin")->size, content.size());
  std::string read;
  while (read.size() < content.size()) {
    const auto piece = this->get("large.bin", read.size(), 3'000'000);
    ASSERT_FALSE(piece.empty());
    read += piece;
  }
  EXPECT_TRUE(read == content);
}

TYPED_TEST_P(BlobStoreContract, ALaterPutReplacesTheWhole) {
  this->put("same", "a long first content");
  this->put("same", "short");
  EXPECT_EQ(this->get("same"), "short");
}

TYPED_TEST_P(BlobStoreContract, AFailedPutLeavesNoPart) {
  this->put("kept", "old");
  for (const std::size_t good : {std::size_t{0}, std::size_t{100'000}, this->fixture_.large()}) {
    FailingSource first(good), second(good);
    EXPECT_FALSE(this->store().put("kept", first, {}));
    EXPECT_FALSE(this->store().put("never", second, {}));
  }
  EXPECT_EQ(this->get("kept"), "old");
  EXPECT_FALSE(this->store().head("never"));
  EXPECT_EQ(this->store().list("", "", 100)->blobs.size(), 1U);
}

TYPED_TEST_P(BlobStoreContract, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(this->code(this->store().get("none", 0, 1).error()), base::ErrorCode::not_found);
  EXPECT_EQ(this->code(this->store().head("none").error()), base::ErrorCode::not_found);
  EXPECT_TRUE(this->store().remove("none"));
  this->put("once", "x");
  EXPECT_TRUE(this->store().remove("once"));
  EXPECT_TRUE(this->store().remove("once"));
  EXPECT_EQ(this->code(this->store().head("once").error()), base::ErrorCode::not_found);
}

TYPED_TEST_P(BlobStoreContract, ListsInOrderAndInPages) {
  for (const auto* key : {"b/2", "a", "b/10", "b/1", "b-x", "c/d/e", "b.txt"}) this->put(key, key);
  const auto keys = [&](const std::string& prefix, const std::string& after, int limit) {
    std::string out;
    const auto page = this->store().list(prefix, after, limit);
    EXPECT_TRUE(page) << (page ? "" : page.error().message);
    if (!page) return out;
    for (const auto& each : page->blobs) out += each.key + ":" + std::to_string(each.size) + " ";
    return page->more ? out + "..." : out;
  };
  EXPECT_EQ(keys("", "", 100), "a:1 b-x:3 b.txt:5 b/1:3 b/10:4 b/2:3 c/d/e:5 ");
  EXPECT_EQ(keys("b/", "", 100), "b/1:3 b/10:4 b/2:3 ");
  EXPECT_EQ(keys("b", "", 2), "b-x:3 b.txt:5 ...");
  EXPECT_EQ(keys("b", "b.txt", 2), "b/1:3 b/10:4 ...");
  EXPECT_EQ(keys("b", "b/10", 2), "b/2:3 ");
  EXPECT_EQ(keys("zzz", "", 2), "");
}

TYPED_TEST_P(BlobStoreContract, KeysThatCouldLeadElsewhereAreRefused) {
  for (const auto& key :
       {std::string(),          std::string("/a"),        std::string("a/"),         std::string("a//b"),
        std::string("../a"),    std::string("a/../../b"), std::string("a/.."),       std::string("."),
        std::string(".hidden"), std::string("a/./b"),     std::string("a\\b"),       std::string("a b"),
        std::string("a\0b", 3), std::string("a\nb"),      std::string("a%2f..%2fb"), std::string("\xc3\xa4"),
        std::string(513, 'a'),  std::string(201, 'a'),    std::string("a?x"),        std::string("a#x"),
        std::string("~/a"),     std::string("C:a")}) {
    TextSource source("x");
    EXPECT_EQ(this->code(this->store().put(key, source, {}).error()), base::ErrorCode::invalid_argument) << key;
    EXPECT_EQ(this->code(this->store().get(key, 0, 1).error()), base::ErrorCode::invalid_argument) << key;
    EXPECT_EQ(this->code(this->store().head(key).error()), base::ErrorCode::invalid_argument) << key;
    EXPECT_EQ(this->code(this->store().remove(key).error()), base::ErrorCode::invalid_argument) << key;
  }
}

REGISTER_TYPED_TEST_SUITE_P(BlobStoreContract, GivesBackWhatWasPut, ReadsRanges, LargeBlobsArriveWhole,
                            ALaterPutReplacesTheWhole, AFailedPutLeavesNoPart, WhatIsNotThereIsNotFound,
                            ListsInOrderAndInPages, KeysThatCouldLeadElsewhereAreRefused);

}  // namespace frontdesk::blobs
