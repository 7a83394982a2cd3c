#include "providers/smart_turn/smart_turn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <filesystem>
#include <fstream>
#include <future>
#include <numbers>

#include "audio/resampler.hpp"
#include "base/clock.hpp"
#include "providers/smart_turn/log_mel.hpp"
#include "providers/smart_turn/tiny_onnx_test.hpp"

namespace frontdesk::smart_turn {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

std::vector<float> tone(double hz, double length, double level) {
  std::vector<float> sound(static_cast<std::size_t>(length * kModelRate));
  for (std::size_t i = 0; i < sound.size(); ++i)
    sound[i] = static_cast<float>(level * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / kModelRate));
  return sound;
}

TEST(Fourier, AgreesWithTheDefinition) {
  constexpr std::size_t kSize = 60;  // 2 * 2 * 3 * 5
  const Fourier fourier(kSize);
  std::vector<std::complex<double>> in(kSize);
  std::vector<std::complex<double>> out(kSize);
  for (std::size_t i = 0; i < kSize; ++i)
    in[i] = {std::sin(static_cast<double>(i * i)), std::cos(3.0 * static_cast<double>(i))};
  fourier.transform(in, out);
  for (std::size_t k = 0; k < kSize; ++k) {
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i < kSize; ++i)
      sum += in[i] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i * k) / kSize);
    EXPECT_NEAR(std::abs(out[k] - sum), 0, 1e-10) << k;
  }
}

// Expected values: scripts/models/whisper_features.py.
TEST(LogMel, AgreesWithAnIndependentComputation) {
  std::vector<float> sound(static_cast<std::size_t>(3.5 * kModelRate));
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const double t = static_cast<double>(i) / kModelRate;
    const double value = 0.3 * std::sin(2 * std::numbers::pi * (900 * t - 80 * t * t)) +
                         0.1 * std::sin(2 * std::numbers::pi * (1500 * t + 400 * t * t));
    sound[i] = static_cast<float>(value + (i % kModelRate == 0 ? 0.5 : 0.0));
  }
  const auto features = LogMel().features(sound);
  ASSERT_EQ(features.size(), kBands * kModelFrames);
  struct Expected {
    std::size_t band;
    std::size_t frame;
    float value;
  };
  for (const auto& [band, frame, value] :
       {Expected{0, 0, -0.243294F}, Expected{3, 450, 1.106548F}, Expected{9, 500, -0.077780F},
        Expected{17, 612, 1.656383F}, Expected{26, 700, -0.134744F}, Expected{33, 750, 0.870212F},
        Expected{48, 799, 0.051671F}, Expected{60, 550, 0.864384F}, Expected{79, 650, 0.863619F}}) {
    EXPECT_NEAR(features[band * kModelFrames + frame], value, 2e-4) << band << " " << frame;
  }
  double mean = 0;
  for (const auto value : features) mean += value / static_cast<double>(features.size());
  EXPECT_NEAR(mean, -0.107364, 1e-4);
}

TEST(LogMel, AToneIsLoudestInItsBand) {
  const LogMel log_mel;
  for (const double hz : {300.0, 700.0, 1000.0, 2200.0, 3400.0, 6000.0}) {
    const auto features = log_mel.features(tone(hz, 8, 0.3));
    std::size_t loudest = 0;
    for (std::size_t band = 1; band < kBands; ++band)
      if (features[band * kModelFrames + 400] > features[loudest * kModelFrames + 400]) loudest = band;
    const double mel = hz < 1000 ? hz * 3 / 200 : 15 + std::log(hz / 1000) * 27 / std::log(6.4);
    const double top = 15 + std::log(8.0) * 27 / std::log(6.4);
    EXPECT_NEAR(static_cast<double>(loudest), mel / top * 81 - 1, 0.75) << hz;
  }
}

TEST(LogMel, LoudnessDoesNotMatterAndTheRangeIsBounded) {
  const LogMel log_mel;
  const auto loud = log_mel.features(tone(500, 2, 0.5));
  const auto soft = log_mel.features(tone(500, 2, 0.05));
  for (std::size_t i = 0; i < loud.size(); ++i) ASSERT_NEAR(loud[i], soft[i], 0.01) << i;
  const auto [least, most] = std::minmax_element(loud.begin(), loud.end());
  EXPECT_NEAR(*most - *least, 2, 1e-5);  // 8 powers of ten, a quarter of it
}

TEST(LogMel, ShortSoundStandsAtTheEndAndLongSoundLosesItsBeginning) {
  const LogMel log_mel;
  const auto at = [](const std::vector<float>& features, std::size_t frame) {
    return features[15 * kModelFrames + frame];
  };
  const auto brief = log_mel.features(tone(600, 1, 0.3));
  EXPECT_GT(at(brief, 750), at(brief, 650) + 1);
  auto sound = tone(600, 4, 0.3);
  sound.resize(sound.size() + 6 * kModelRate);  // 2 s of the tone are left at the beginning
  const auto lengthy = log_mel.features(sound);
  EXPECT_GT(at(lengthy, 150), at(lengthy, 250) + 1);
}

TEST(LogMel, SilenceIsFinite) {
  for (const auto value : LogMel().features({})) ASSERT_FLOAT_EQ(value, -1.5F);
}

class SmartTurnTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("frontdesk-smart-turn-" + std::to_string(base::monotonic_now().since_start.count()));
    std::filesystem::create_directories(folder_ / "smart-turn");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  base::Result<std::unique_ptr<speech::TurnDetector>> with_file(const std::string& bytes) {
    std::ofstream(folder_ / kModel, std::ios::binary) << bytes;
    return create(inference::ModelFiles(folder_), pool_);
  }

  std::filesystem::path folder_;
  inference::WorkerPool pool_{{.threads = 1, .queue_capacity = 8, .clock = {}}};
};

class Answer final : public speech::TurnDetectorSink {
 public:
  void on_turn_end(speech::StreamId, base::RequestId request, float probability) override {
    answer_.set_value({request, probability});
  }
  std::optional<std::pair<base::RequestId, float>> wait() {
    auto answer = answer_.get_future();
    if (answer.wait_for(seconds(20)) != std::future_status::ready) return std::nullopt;
    return answer.get();
  }

 private:
  std::promise<std::pair<base::RequestId, float>> answer_;
};

TEST_F(SmartTurnTest, NoFileIsNoError) {
  const auto detector = create(inference::ModelFiles(folder_), pool_);
  ASSERT_TRUE(detector);
  EXPECT_EQ(*detector, nullptr);
}

TEST_F(SmartTurnTest, ADamagedFileIsNamed) {
  for (const auto& bytes : {std::string(), std::string("not a model"), to_onnx({}).substr(0, 60)}) {
    const auto detector = with_file(bytes);
    ASSERT_FALSE(detector);
    EXPECT_EQ(detector.error().code, base::ErrorCode::data_loss);
    EXPECT_THAT(detector.error().message, HasSubstr("smart-turn-v3.onnx cannot be loaded"));
  }
}

TEST_F(SmartTurnTest, AnotherModelIsRefusedWithTheReason) {
  const auto message = [this](const TinyModel& model) {
    const auto detector = with_file(to_onnx(model));
    return detector ? std::string("accepted") : detector.error().message;
  };
  EXPECT_THAT(message({.input = "audio"}), HasSubstr("it wants audio instead of input_features"));
  EXPECT_THAT(message({.output = "embedding"}), HasSubstr("it gives embedding instead of logits"));
  EXPECT_THAT(message({.shape = {1, 80, 3000}}), HasSubstr("given [1, 80, 800], the model failed"));
  EXPECT_THAT(message({.operators = {"Sigmoid"}}), HasSubstr("not one float but 64000 values"));
  EXPECT_THAT(message({.operators = {"ReduceMean"}}), HasSubstr("is no probability but -1.5"));
}

TEST_F(SmartTurnTest, JudgesTheUtteranceOnThePool) {
  const auto detector = with_file(to_onnx({}));
  ASSERT_TRUE(detector) << detector.error().message;
  audio::Pcm pcm(16000);
  for (std::size_t i = 0; i < pcm.size(); ++i)
    pcm[i] = static_cast<audio::Sample>(8000 * std::sin(0.4 * static_cast<double>(i)));
  Answer answer;
  ASSERT_TRUE((*detector)->open(1, answer));
  (*detector)->push(1, audio::Pcm(4000, 0));
  (*detector)->push(1, pcm);
  (*detector)->judge(1, 7, 4000, 20000);
  const auto got = answer.wait();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->first, 7U);
  // The tiny model gives the logistic function of the mean feature.
  const auto converted = audio::resample(pcm, 8000, kModelRate);
  std::vector<float> sound(converted.begin(), converted.end());
  for (auto& value : sound) value /= 32768;
  sound.resize(sound.size() + 3200);
  const auto features = LogMel().features(sound);
  double mean = 0;
  for (const auto value : features) mean += value / static_cast<double>(features.size());
  EXPECT_NEAR(got->second, 1 / (1 + std::exp(-mean)), 1e-4);
  (*detector)->close(1);
}

}  // namespace
}  // namespace frontdesk::smart_turn
