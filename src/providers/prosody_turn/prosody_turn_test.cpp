#include "providers/prosody_turn/prosody_turn.hpp"

#include <gtest/gtest.h>

#include "audio/wav.hpp"

namespace frontdesk::prosody_turn {
namespace {

class Answers final : public speech::TurnDetectorSink {
 public:
  void on_turn_end(speech::StreamId, base::RequestId request, float probability) override {
    requests.push_back(request);
    last = probability;
  }
  std::vector<base::RequestId> requests;
  float last = -1;
};

TEST(ProsodyTurn, JudgesASentenceInTheMiddleOfACall) {
  const auto wav = audio::read_wav("/usr/share/asterisk/sounds/en_US_f_Allison/conf-onlyperson.wav");
  ASSERT_TRUE(wav) << wav.error().message;
  const auto detector = create();
  Answers answers;
  ASSERT_TRUE(detector->open(1, answers));
  const audio::Pcm before(20 * audio::kTelephoneRate);  // more than is kept
  detector->push(1, before);
  detector->push(1, wav->samples);
  detector->judge(1, 9, before.size(), before.size() + wav->samples.size());
  ASSERT_EQ(answers.requests, std::vector<base::RequestId>{9});
  EXPECT_GT(answers.last, 0.4F);
  EXPECT_LT(answers.last, 1.0F);
}

TEST(ProsodyTurn, SaysNothingAboutSilence) {
  const auto detector = create();
  Answers answers;
  ASSERT_TRUE(detector->open(1, answers));
  detector->push(1, audio::Pcm(8000));
  detector->judge(1, 1, 0, 8000);
  EXPECT_TRUE(answers.requests.empty());
}

}  // namespace
}  // namespace frontdesk::prosody_turn
