#include "caller/answering_party_test.hpp"

#include <cmath>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "base/clock.hpp"
#include "media/negotiated/negotiated.hpp"
#include "rtp/packet.hpp"
#include "udp/rtp_ports.hpp"

namespace frontdesk::caller {
namespace {

using base::Instant;
using base::milliseconds;

constexpr double kLoudDbfs = -40;

bool is_loud(const rtp::Packet& packet) {
  audio::Pcm pcm(packet.payload.size());
  audio::decode_g711(audio::G711Law::mu, packet.payload, pcm);
  return audio::rms_dbfs(pcm) > kLoudDbfs;
}

base::Endpoint loopback() {
  return *base::parse_address("127.0.0.1");
}

}  // namespace

struct AnsweringParty::Line {
  explicit Line(udp::Socket s) : socket(std::move(s)) {}
  udp::Socket socket;
  std::optional<sip::NegotiatedMedia> negotiated;
  bool established = false;
  std::optional<media::MediaSession> session;
  media::UtteranceId utterance = 0;
  std::size_t answers = 0;
  bool heard_line = false;  ///< something to answer
  bool loud = false;
  Instant loud_since;
  Instant last_loud_end;
  std::optional<Instant> answer_begun_in_next_tick;
};

AnsweringParty::AnsweringParty(PartyBehaviour behaviour) : behaviour_(std::move(behaviour)) {
  auto started = sip::UserAgent::start({.listen = loopback()}, *this);
  if (started) user_agent_ = std::move(*started);
  clock_ = std::thread([this] { run(); });
}

AnsweringParty::~AnsweringParty() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  clock_.join();
  if (user_agent_) user_agent_->stop();
}

std::string AnsweringParty::uri() const {
  return "sip:beeper@" + base::to_string(user_agent_->udp());
}

TrueTimes AnsweringParty::times() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

void AnsweringParty::on_incoming(const sip::IncomingCall& call) {
  if (behaviour_.reject_with != 0) {
    static_cast<void>(user_agent_->reject(call.dialog, behaviour_.reject_with, "Busy Here"));
    return;
  }
  auto socket = udp::open_on_any_even_port(loopback());
  if (!socket) return;
  socket->stamp_arrivals();
  const sip::LocalMedia media{.rtp = socket->local(), .allowed = behaviour_.codecs, .srtp = behaviour_.srtp};
  const std::lock_guard lock(mutex_);
  lines_[call.dialog] = std::make_unique<Line>(std::move(*socket));
  static_cast<void>(user_agent_->answer(call.dialog, media));
}

void AnsweringParty::on_media(sip::DialogId dialog, const sip::NegotiatedMedia& media) {
  const std::lock_guard lock(mutex_);
  if (lines_.count(dialog) != 0) lines_[dialog]->negotiated = media;
}

void AnsweringParty::on_established(sip::DialogId dialog) {
  const std::lock_guard lock(mutex_);
  if (lines_.count(dialog) != 0) lines_[dialog]->established = true;
}

void AnsweringParty::on_ended(sip::DialogId dialog, const sip::DialogEnded&) {
  const std::lock_guard lock(mutex_);
  lines_.erase(dialog);
}

void AnsweringParty::run() {
  Instant next = base::monotonic_now();
  std::unique_lock lock(mutex_);
  for (;;) {
    next = next + milliseconds(20);
    if (stopped_.wait_for(lock, next - base::monotonic_now(), [this] { return stop_; })) return;
    for (auto& [dialog, line] : lines_) {
      if (line->established && line->negotiated) tick(dialog, *line, base::monotonic_now());
    }
  }
}

void AnsweringParty::play_tone(Line& line, int ms) {
  audio::Pcm pcm(audio::samples_for(ms, audio::kTelephoneRate));
  for (std::size_t i = 0; i < pcm.size(); ++i)
    pcm[i] = static_cast<audio::Sample>(8000 * std::sin(0.5 + 6.2831853 * 523 * static_cast<double>(i) / 8000));
  line.session->play(++line.utterance, pcm);
  line.session->finish(line.utterance);
}

void AnsweringParty::listen(Line& line, Instant now) {
  for (const udp::Datagram& each : line.socket.receive(batch_)) {
    line.session->on_datagram(each.bytes, each.from, each.arrival);
    const auto packet = rtp::parse_packet(each.bytes);
    if (!packet || packet->header.payload_type != line.negotiated->format.payload_type) continue;
    const bool loud = is_loud(*packet);
    if (loud && !line.loud) line.loud_since = each.arrival;
    // The packet is sent when its first sample is due.
    if (loud) line.last_loud_end = each.arrival + milliseconds(20);
    line.loud = loud;
    line.heard_line = line.heard_line || loud;
  }
  if (line.loud && line.session->playing() && now - line.loud_since >= kPartyYield) {
    line.session->flush(milliseconds(5));
    times_.yields.push_back(now - line.loud_since);
  }
  const bool quiet = !line.loud && now - line.last_loud_end >= kPartySilence;
  if (!line.heard_line || !quiet || line.session->playing()) return;
  line.heard_line = false;
  if (line.answers >= behaviour_.answers_ms.size()) return;
  play_tone(line, behaviour_.answers_ms[line.answers++]);
  line.answer_begun_in_next_tick = line.last_loud_end;
}

void AnsweringParty::tick(sip::DialogId dialog, Line& line, Instant now) {
  if (!line.session) {
    line.session.emplace(negotiated::new_session(*line.negotiated));
    if (behaviour_.greets) play_tone(line, 600);
  }
  listen(line, now);
  const auto tick = line.session->tick(now);
  for (const auto packet : {tick.packet, tick.second_packet}) {
    if (!packet.empty()) line.socket.send(packet, tick.to);
  }
  if (line.answer_begun_in_next_tick) {
    times_.gaps.push_back(base::monotonic_now() - *line.answer_begun_in_next_tick);
    line.answer_begun_in_next_tick.reset();
  }
  std::vector<media::MediaEvent> events;
  line.session->drain_events(events);
  for (const auto& event : events) {
    if (const auto* digit = std::get_if<media::DigitPressed>(&event)) times_.digits += digit->digit;
  }
  if (line.answers >= behaviour_.hang_up_after && !line.session->playing())
    static_cast<void>(user_agent_->hang_up(dialog, "enough"));
}

}  // namespace frontdesk::caller
