#include "conversation/speech_segmenter.hpp"

#include <gtest/gtest.h>

namespace frontdesk::conversation {
namespace {

using base::Instant;
using base::milliseconds;

constexpr auto kWindow = milliseconds(32);

/// Figures of its own, so that tuning the defaults changes no test.
SegmenterSettings settings() {
  SegmenterSettings s;
  s.enter = 0.5F;
  s.leave = 0.3F;
  s.stirring = 0.1F;
  s.sure = 1.0F;
  s.windows_to_start = 3;
  s.windows_to_stop = 4;
  s.windows_at_rest = 6;
  s.longest_onset = 10 * kWindow;
  return s;
}

float probability_of(char window) {
  switch (window) {
    case '#':
      return 0.9F;  // speech
    case '=':
      return 0.4F;  // between the thresholds
    case '~':
      return 0.2F;  // something stirs
    default:
      return 0.0F;
  }
}

/// Marks come out as "start@2|5 stop@8|11": the window where it was true, and the one that told.
std::string marks(std::string_view windows) {
  SpeechSegmenter segmenter(settings());
  std::string text;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const auto mark = segmenter.push(Instant{kWindow * static_cast<int>(i)}, kWindow, probability_of(windows[i]));
    if (!mark) continue;
    const auto* started = std::get_if<call::SpeechStarted>(&*mark);
    const auto when = started != nullptr ? started->at : std::get<call::SpeechStopped>(*mark).at;
    text += (text.empty() ? "" : " ") + std::string(started != nullptr ? "start@" : "stop@") +
            std::to_string(when.since_start / kWindow) + "|" + std::to_string(i);
    EXPECT_EQ(segmenter.in_speech(), started != nullptr);
  }
  return text;
}

}  // namespace

TEST(SpeechSegmenter, BackdatesBothMarks) {
  EXPECT_EQ(marks("--######------"), "start@2|4 stop@8|11");
}

TEST(SpeechSegmenter, BackdatesToTheFirstStirringButNotForEver) {
  EXPECT_EQ(marks("------~~~###----"), "start@6|11 stop@12|15");
  EXPECT_EQ(marks("------~--~###"), "start@6|12");          // a soft first word, with gaps
  EXPECT_EQ(marks("------~------###"), "start@13|15");      // at rest in between: a noise before
  EXPECT_EQ(marks("~~~~~~~~~~~~~~~~~###"), "start@10|19");  // the longest onset
}

TEST(SpeechSegmenter, IgnoresAClick) {
  EXPECT_EQ(marks("-##------##------#-"), "");
  EXPECT_EQ(marks("------------"), "");
  EXPECT_EQ(marks("===~~~===~~~==="), "");
}

TEST(SpeechSegmenter, ForgivesOneWeakWindowInAnOnset) {
  EXPECT_EQ(marks("##-#"), "start@0|3");
  EXPECT_EQ(marks("##--##--##--##"), "");
}

TEST(SpeechSegmenter, AShortGapIsNoPause) {
  EXPECT_EQ(marks("###---###----"), "start@0|2 stop@9|12");
}

TEST(SpeechSegmenter, BetweenTheThresholdsSpeechGoesOn) {
  EXPECT_EQ(marks("###====----"), "start@0|2 stop@7|10");
  EXPECT_EQ(marks("###--=---=--"), "start@0|2");
  EXPECT_EQ(marks("###~~~~"), "start@0|2 stop@3|6");  // stirring is not speech
}

TEST(SpeechSegmenter, TwoWindowsThatAreSurelySpeechNeedNoThird) {
  auto eager = settings();
  eager.sure = 0.8F;
  SpeechSegmenter segmenter(eager);
  EXPECT_FALSE(segmenter.push(Instant{}, kWindow, 0.9F));
  EXPECT_TRUE(segmenter.push(Instant{kWindow}, kWindow, 0.9F));
  SpeechSegmenter careful(eager);
  EXPECT_FALSE(careful.push(Instant{}, kWindow, 0.9F));
  EXPECT_FALSE(careful.push(Instant{kWindow}, kWindow, 0.6F));
}

TEST(SpeechSegmenter, AFallInLoudnessIsSilenceBeforeTheDetectorBelievesIt) {
  SpeechSegmenter segmenter(settings());
  int window = 0;
  const auto push = [&](float level) { return segmenter.push(Instant{kWindow * window++}, kWindow, 0.9F, level); };
  for (int i = 0; i < 10; ++i) push(-20);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(push(-60));
  const auto stop = push(-60);
  ASSERT_TRUE(stop);
  EXPECT_EQ(std::get<call::SpeechStopped>(*stop).at, Instant{kWindow * 10});
}

TEST(SpeechSegmenter, AfterAFallTheDetectorsAfterglowIsNoNewSpeech) {
  SpeechSegmenter segmenter(settings());
  int window = 0;
  const auto push = [&](float level, float probability = 0.9F) {
    return segmenter.push(Instant{kWindow * window++}, kWindow, probability, level);
  };
  for (int i = 0; i < 10; ++i) push(-20);
  for (int i = 0; i < 4; ++i) push(-60);
  EXPECT_FALSE(segmenter.in_speech());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(push(-60)) << "still believed in, still silent";
  for (int i = 0; i < 3; ++i) push(-25);
  EXPECT_TRUE(segmenter.in_speech()) << "loud enough";
  for (int i = 0; i < 4; ++i) push(-60);
  for (int i = 0; i < 20; ++i) push(-60, 0);
  for (int i = 0; i < 3; ++i) push(-60);
  EXPECT_TRUE(segmenter.in_speech()) << "later somebody may well be soft";
}

TEST(SpeechSegmenter, SoftSoundsWithinSpeechAndNoiseAfterItAreNoSilence) {
  SpeechSegmenter segmenter(settings());
  int window = 0;
  const auto push = [&](float level) { return segmenter.push(Instant{kWindow * window++}, kWindow, 0.9F, level); };
  for (int i = 0; i < 10; ++i) push(-20);
  for (int i = 0; i < 40; ++i) EXPECT_FALSE(push(-40)) << "20 dB softer";
  SpeechSegmenter unknown(settings());
  for (int i = 0; i < 60; ++i) {
    const auto mark = unknown.push(Instant{kWindow * i}, kWindow, 0.9F);
    EXPECT_EQ(mark.has_value(), i == 2);
  }
}

TEST(SpeechSegmenter, StartsAfreshAfterAPause) {
  EXPECT_EQ(marks("###----###----"), "start@0|2 stop@3|6 start@7|9 stop@10|13");
}

}  // namespace frontdesk::conversation
