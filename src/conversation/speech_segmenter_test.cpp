#include "conversation/speech_segmenter.hpp"

#include <gtest/gtest.h>

namespace frontdesk::conversation {
namespace {

using base::Instant;
using base::milliseconds;

constexpr auto kWindow = milliseconds(32);

/// "#" speech, "-" silence, "=" between the thresholds. Marks come out as "start@2 stop@9": the window of
/// which the beginning, or the end, is meant, and after the bar the window that told.
std::string marks(std::string_view windows) {
  SpeechSegmenter segmenter;
  std::string text;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const auto at = Instant{kWindow * static_cast<int>(i)};
    const float probability = windows[i] == '#' ? 0.9F : windows[i] == '=' ? 0.4F : 0.1F;
    const auto mark = segmenter.push(at, kWindow, probability);
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

TEST(SpeechSegmenter, BackdatesBothMarks) { EXPECT_EQ(marks("--######------"), "start@2|5 stop@8|11"); }

TEST(SpeechSegmenter, IgnoresAClick) {
  EXPECT_EQ(marks("-##---###----#-"), "");
  EXPECT_EQ(marks("---"), "");
}

TEST(SpeechSegmenter, ForgivesOneWeakWindowInAnOnset) {
  EXPECT_EQ(marks("##-##"), "start@0|4");
  EXPECT_EQ(marks("#-#-#-#-#-#-#-#"), "");  // every second window is not speech
  EXPECT_EQ(marks("##--####"), "start@4|7");
}

TEST(SpeechSegmenter, AShortGapIsNoPause) {
  EXPECT_EQ(marks("####---####----"), "start@0|3 stop@11|14");
}

TEST(SpeechSegmenter, BetweenTheThresholdsItStaysWhatItWas) {
  EXPECT_EQ(marks("====####"), "start@4|7");
  EXPECT_EQ(marks("####====----"), "start@0|3 stop@8|11");
  EXPECT_EQ(marks("####--=---=--"), "start@0|3");
}

TEST(SpeechSegmenter, StartsAfreshAfterAPause) {
  EXPECT_EQ(marks("####----####----"), "start@0|3 stop@4|7 start@8|11 stop@12|15");
}

}  // namespace frontdesk::conversation
