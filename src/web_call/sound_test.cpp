#include "web_call/sound.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::web_call {
namespace {

constexpr SoundIn::Beginning kBeginning{7, 65535, 4294967295U};

std::string pcm_bytes(const audio::Pcm& pcm) {
  std::string bytes;
  for (const auto sample : pcm) {
    bytes += static_cast<char>(sample & 0xFF);
    bytes += static_cast<char>(static_cast<std::uint16_t>(sample) >> 8U);
  }
  return bytes;
}

audio::Pcm tone(std::size_t samples, int rate) {
  audio::Pcm pcm(samples);
  for (std::size_t i = 0; i < samples; ++i)
    pcm[i] = static_cast<audio::Sample>(8000 * std::sin(2 * 3.14159265 * 440 * static_cast<double>(i) / rate));
  return pcm;
}

struct In {
  base::Instant now{base::seconds(50)};
  SoundIn in;
  std::vector<runtime::FrameLeg::Packet> packets;

  explicit In(const Format& format) : in(format, kBeginning) {}
  void take(std::string_view bytes) { in.take(bytes, now, packets); }
  rtp::Packet packet(std::size_t i) const { return *rtp::parse_packet(packets.at(i).bytes); }
  audio::Pcm sound() const {
    audio::Pcm pcm;
    for (std::size_t i = 0; i < packets.size(); ++i)
      for (const auto code : packet(i).payload) pcm.push_back(audio::decode_g711(audio::G711Law::mu, code));
    return pcm;
  }
};

TEST(SoundInTest, WhateverThePiecesTheSoundIsTheSame) {
  const auto bytes = pcm_bytes(tone(16'000, 16'000));
  In whole(*format_of("pcm16", 16'000)), pieces(*format_of("pcm16", 16'000));
  whole.take(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += 333) pieces.take(std::string_view(bytes).substr(at, 333));
  EXPECT_EQ(whole.packets.size(), 50U);
  EXPECT_EQ(whole.sound(), pieces.sound());
  EXPECT_NEAR(audio::rms_dbfs(audio::PcmView(whole.sound()).subspan(800)), audio::rms_dbfs(tone(8000, 8000)), 0.5);
}

TEST(SoundInTest, PacketsAreNumberedAndStampedAcrossTheWrap) {
  In caller(*format_of("mulaw", 8000));
  caller.take(std::string(480, '\xFF'));
  ASSERT_EQ(caller.packets.size(), 3U);
  EXPECT_TRUE(caller.packet(0).header.marker);
  EXPECT_FALSE(caller.packet(1).header.marker);
  EXPECT_EQ(caller.packet(0).header.sequence, 65535);
  EXPECT_EQ(caller.packet(1).header.sequence, 0);
  EXPECT_EQ(caller.packet(1).header.timestamp, 159U);
  EXPECT_EQ(caller.packet(2).header.ssrc, 7U);
  EXPECT_EQ(caller.packet(2).payload.size(), 160U);
}

TEST(SoundInTest, ASilenceOfTheClientIsOneOfTheCall) {
  In caller(*format_of("mulaw", 8000));
  caller.take(std::string(160, '\xFF'));
  caller.now = caller.now + base::milliseconds(1020);
  caller.take(std::string(160, '\xFF'));
  ASSERT_EQ(caller.packets.size(), 2U);
  EXPECT_EQ(caller.packet(1).header.timestamp - caller.packet(0).header.timestamp, 51U * 160U);
  EXPECT_EQ(caller.packet(1).header.sequence, 0);
  EXPECT_TRUE(caller.packet(1).header.marker);
}

TEST(SoundInTest, JitterIsNoSilence) {
  In caller(*format_of("mulaw", 8000));
  for (int i = 0; i < 10; ++i) {
    caller.take(std::string(1600, '\xFF'));  // 200 ms at once
    caller.now = caller.now + base::milliseconds(i % 2 == 0 ? 350 : 50);
  }
  ASSERT_EQ(caller.packets.size(), 100U);
  EXPECT_EQ(caller.packet(99).header.timestamp - caller.packet(0).header.timestamp, 99U * 160U);
}

TEST(SoundInTest, WhoSendsFasterThanTimeIsCutShort) {
  In caller(*format_of("mulaw", 8000));
  for (int i = 0; i < 100; ++i) caller.take(std::string(8000, '\xFF'));
  EXPECT_EQ(caller.packets.size(), 101U) << "two seconds and the packet that crosses the line";
  EXPECT_EQ(caller.in.dropped(), 5000U - 101U);
}

TEST(SoundOutTest, PacketsBecomeMessagesWithNumberAndTime) {
  std::vector<std::uint8_t> bytes(rtp::kHeaderBytes + 160);
  const std::vector<std::uint8_t> payload(160, 0x55);
  for (const auto& [format, size] : {std::pair{*format_of("mulaw", 8000), 160U}, {*format_of("pcm16", 8000), 320U}}) {
    SoundOut out(format);
    for (std::uint32_t i = 0; i < 3; ++i) {
      (void)rtp::write_packet({false, 0, static_cast<std::uint16_t>(i), 1000 + 160 * i, 1}, payload, bytes);
      const auto message = out.take(bytes);
      ASSERT_TRUE(message);
      ASSERT_EQ(message->size(), SoundOut::kHeaderBytes + size);
      EXPECT_EQ(static_cast<std::uint8_t>((*message)[3]), i);
      EXPECT_EQ(static_cast<std::uint8_t>((*message)[6]) * 256U + static_cast<std::uint8_t>((*message)[7]), 160 * i);
    }
  }
}

TEST(SoundOutTest, WideSoundHasTwiceTheSamples) {
  SoundOut out(*format_of("pcm16", 16'000));
  std::vector<std::uint8_t> bytes(rtp::kHeaderBytes + 160);
  std::size_t total = 0;
  for (std::uint32_t i = 0; i < 50; ++i) {
    (void)rtp::write_packet({false, 0, static_cast<std::uint16_t>(i), 160 * i, 1}, std::vector<std::uint8_t>(160, 0xFF),
                            bytes);
    total += out.take(bytes)->size() - SoundOut::kHeaderBytes;
  }
  EXPECT_NEAR(static_cast<double>(total), 50 * 640, 160);
}

TEST(SoundOutTest, WhatIsNoSoundIsLeftOut) {
  SoundOut out(*format_of("mulaw", 8000));
  EXPECT_FALSE(out.take({}));
  const std::vector<std::uint8_t> report{0x80, 200, 0, 6, 0, 0, 0, 1};
  EXPECT_FALSE(out.take(report));
}

TEST(FormatTest, OnlyWhatWeHaveIsTaken) {
  for (const auto& [name, rate] : {std::pair{"mulaw", 16'000}, {"pcm16", 44'100}, {"pcm16", 0}, {"opus", 16'000}})
    EXPECT_FALSE(format_of(name, rate)) << name << rate;
}

}  // namespace
}  // namespace frontdesk::web_call
