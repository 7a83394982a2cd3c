#include <gtest/gtest.h>

#include <random>

#include "store/documents/knowledge.hpp"
#include "store/test_databases/two_organisations.hpp"

namespace frontdesk::documents {
namespace {

using base::ErrorCode;
using test_databases::code_of;
using test_databases::Kind;

class Documents : public test_databases::TwoOrganisations {
 protected:
  base::Status add(const std::string& id, const std::string& organisation) {
    return knowledge.add({.id = id, .organisation = organisation, .title = id, .created_at = kNow, .updated_at = kNow});
  }
  Knowledge knowledge{*connection};
};

INSTANTIATE_TEST_SUITE_P(On, Documents, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST_P(Documents, TheNearestChunksAreFound) {
  ASSERT_TRUE(add("doc_1", kOurs));
  ASSERT_TRUE(add("doc_2", kOurs));
  ASSERT_TRUE(knowledge.set_chunks(kOurs, "doc_1", "m", {{"north", {0, 2, 0}}, {"east", {3, 0, 0}}}, kNow));
  ASSERT_TRUE(knowledge.set_chunks(
      kOurs, "doc_2", "m", {{"north-east", {1, 1, 0}}, {"nowhere", {}}, {"flat", {1, 1}}, {"zero", {0, 0, 0}}}, kNow));
  const auto hits = knowledge.nearest(kOurs, "m", {0, 5, 0}, 2);
  ASSERT_TRUE(hits) << hits.error().message;
  ASSERT_EQ(hits->size(), 2U);
  EXPECT_EQ((*hits)[0].text, "north");
  EXPECT_NEAR((*hits)[0].similarity, 1, 1e-6);
  EXPECT_EQ((*hits)[1].text, "north-east");
  EXPECT_NEAR((*hits)[1].similarity, 0.70711, 1e-4);
  EXPECT_EQ((*hits)[1].document, "doc_2");
  EXPECT_TRUE(knowledge.nearest(kOurs, "another model", {0, 5, 0}, 2)->empty());
  EXPECT_TRUE(knowledge.nearest(kOther, "m", {0, 5, 0}, 2)->empty());
  EXPECT_EQ(knowledge.find(kOurs, "doc_1")->state, DocumentState::ready);
  EXPECT_EQ(knowledge.find(kOurs, "doc_2")->chunks, 4);
}

TEST_P(Documents, ChunksAreReplacedTogetherAndGoWithTheirDocument) {
  ASSERT_TRUE(add("doc_1", kOurs));
  ASSERT_TRUE(knowledge.set_chunks(kOurs, "doc_1", "m", {{"a", {1}}, {"b", {1}}, {"c", {1}}}, kNow));
  ASSERT_TRUE(knowledge.set_chunks(kOurs, "doc_1", "m", {{"d", {-1}}}, kNow));
  const auto chunks = knowledge.chunks(kOurs, "doc_1");
  ASSERT_EQ(chunks->size(), 1U);
  EXPECT_EQ(chunks->front().text, "d");
  EXPECT_EQ(chunks->front().embedding, Embedding{-1});
  EXPECT_EQ(code_of(knowledge.set_chunks(kOther, "doc_1", "m", {{"x", {1}}}, kNow)), ErrorCode::not_found);
  EXPECT_TRUE(knowledge.chunks(kOther, "doc_1")->empty());
  EXPECT_EQ(knowledge.chunks(kOurs, "doc_1")->size(), 1U);
  ASSERT_TRUE(knowledge.remove(kOurs, "doc_1"));
  EXPECT_TRUE(knowledge.nearest(kOurs, "m", {1}, 5)->empty());
}

TEST_P(Documents, ItIsKeptAsItWasWritten) {
  ASSERT_TRUE(add("doc_1", kOurs));
  EXPECT_EQ(*knowledge.original(kOurs, "doc_1"), std::nullopt);
  const std::string text = " # Hours\r\n\n\tNine - five.\n";
  ASSERT_TRUE(knowledge.set_original(kOurs, "doc_1", "first"));
  ASSERT_TRUE(knowledge.set_original(kOurs, "doc_1", text));
  EXPECT_EQ(*knowledge.original(kOurs, "doc_1"), text);
  EXPECT_EQ(code_of(knowledge.set_original(kOther, "doc_1", "theirs")), ErrorCode::not_found);
  EXPECT_EQ(*knowledge.original(kOther, "doc_1"), std::nullopt);
  ASSERT_TRUE(knowledge.remove(kOurs, "doc_1"));
  EXPECT_EQ(*knowledge.original(kOurs, "doc_1"), std::nullopt);
}

TEST_P(Documents, MoreChunksThanOneResultHoldsAreSearched) {
  const std::size_t count = store::kMaxRows + 500;
  ASSERT_TRUE(add("doc_1", kOurs));
  std::vector<Chunk> chunks(count);
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (std::size_t i = 0; i < count; ++i) chunks[i] = {std::to_string(i), {normal(random), normal(random), 0.1F}};
  chunks[count - 7].embedding = {0, 0, 1};
  ASSERT_TRUE(knowledge.set_chunks(kOurs, "doc_1", "m", chunks, kNow));
  const auto hits = knowledge.nearest(kOurs, "m", {0, 0, 1}, 3);
  ASSERT_TRUE(hits) << hits.error().message;
  EXPECT_EQ(hits->front().text, std::to_string(count - 7));
  EXPECT_GT((*hits)[0].similarity, (*hits)[1].similarity);
  EXPECT_GE((*hits)[1].similarity, (*hits)[2].similarity);
}

}  // namespace frontdesk::documents
