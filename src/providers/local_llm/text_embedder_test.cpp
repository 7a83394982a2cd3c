#include "providers/local_llm/text_embedder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "providers/local_llm/hillside_test.hpp"

namespace frontdesk::local_llm {
namespace {

std::shared_ptr<const TextEmbedder> loaded() {
  const auto result = TextEmbedder::load(testing::model_directory());
  EXPECT_TRUE(result.has_value()) << base::describe(result.error());
  return result ? *result : nullptr;
}

float similarity(const TextEmbedder& embedder, std::string_view a, std::string_view b) {
  return dot(embedder.embed(a), embedder.embed(b));
}

TEST(TextEmbedder, SplitsIntoThePiecesOfTheVocabulary) {
  const auto embedder = loaded();
  ASSERT_NE(embedder, nullptr);
  // Rank in the vocabulary file: "▁the" is its tenth line, counted from zero.
  EXPECT_EQ(embedder->tokens("the"), std::vector<int>{9});
  EXPECT_EQ(embedder->tokens("the of"), (std::vector<int>{9, 14}));
  EXPECT_EQ(embedder->tokens(std::string(5000, 'x')).size(), 128U);
  EXPECT_FALSE(embedder->tokens("\xff\xfe broken \xf0").empty());
}

TEST(TextEmbedder, UnitLengthAndCloserForTheSameMeaning) {
  const auto embedder = loaded();
  ASSERT_NE(embedder, nullptr);
  const auto one = embedder->embed("what are your opening hours");
  ASSERT_EQ(one.size(), static_cast<std::size_t>(kEmbeddingSize));
  EXPECT_NEAR(dot(one, one), 1, 1e-4);
  EXPECT_EQ(one, embedder->embed("what are your opening hours"));
  const float same = similarity(*embedder, "what are your opening hours", "when do you close today");
  const float other = similarity(*embedder, "what are your opening hours", "do you accept insurance");
  EXPECT_GT(same, other + 0.15F);
  EXPECT_GT(similarity(*embedder, "can i park my car nearby", "is there parking"), 0.6F);
  EXPECT_EQ(embedder->embed("").size(), static_cast<std::size_t>(kEmbeddingSize));
}

TEST(TextEmbedder, Latency) {
  const auto embedder = loaded();
  ASSERT_NE(embedder, nullptr);
  std::vector<double> ms;
  for (int i = 0; i < 40; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto vector = embedder->embed("how much does it cost to have my teeth cleaned");
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    ASSERT_FALSE(vector.empty());
  }
  std::sort(ms.begin(), ms.end());
  std::printf("one question: best %.2f ms, median %.2f ms\n", ms.front(), ms[ms.size() / 2]);
  EXPECT_LT(ms.front(),
            100 * testing::kSlowness);  // a wrong loop order or an unvectorised product is far slower, even here
}

TEST(TextEmbedder, MissingAndDamagedFilesAreErrorsThatName) {
  const auto missing = TextEmbedder::load("/nonexistent");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, base::ErrorCode::not_found);
  EXPECT_NE(missing.error().message.find("weights.bin"), std::string::npos);
  const auto folder = std::filesystem::temp_directory_path() / ("use_lite_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "weights.bin") << std::string(64, '\0');
  std::ofstream(folder / "manifest.tsv") << "a\tfloat32\t4,4294967297\t0\n";
  std::ofstream(folder / "vocab.tsv") << "x\t0\n";
  const auto damaged = TextEmbedder::load(folder.string());
  ASSERT_FALSE(damaged.has_value());
  EXPECT_EQ(damaged.error().code, base::ErrorCode::data_loss);
  EXPECT_NE(damaged.error().message.find("manifest.tsv"), std::string::npos);
  std::ofstream(folder / "manifest.tsv") << "a\tfloat32\t4,4\t0\n";
  const auto short_vocabulary = TextEmbedder::load(folder.string());
  ASSERT_FALSE(short_vocabulary.has_value());
  EXPECT_NE(short_vocabulary.error().message.find("vocab.tsv"), std::string::npos);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace frontdesk::local_llm
