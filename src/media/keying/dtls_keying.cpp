#include "media/keying/dtls_keying.hpp"

#include "media/negotiated/negotiated.hpp"
#include "media/remote_latch.hpp"

namespace frontdesk::keying {
namespace {

constexpr std::array kComponents{Component::rtp, Component::rtcp};

}  // namespace

void DtlsKeying::agreed(const sip::NegotiatedMedia& media, base::Instant now) {
  const bool same = media.dtls == media_.dtls && media.rtcp_mux == media_.rtcp_mux;
  const bool moved = media.remote != media_.remote && !media.remote.is_unspecified();
  media_ = media;
  if (!same) {
    handshakes_ = {};
    deadline_.reset();
    failed_ = false;
    broken_.clear();
    if (media.dtls) begin(*media.dtls, now);
  }
  if (same && !moved) return;
  of(Component::rtp).peer = media.remote;
  of(Component::rtcp).peer = media.rtcp_remote;
}

void DtlsKeying::begin(const srtp::DtlsPeer& peer, base::Instant now) {
  deadline_ = now + kHandshakeLimit;
  const auto& identity = dtls::Identity::of_process();
  if (!identity) {
    broken_ = identity.error().message;
    return;
  }
  for (const Component component : kComponents) {
    if (component == Component::rtcp && media_.rtcp_mux) continue;
    auto association = dtls::Association::create(*identity, peer);
    if (association)
      of(component).association = std::move(*association);
    else
      broken_ = association.error().message;
  }
}

media::MediaParameters DtlsKeying::parameters() const {
  auto parameters = negotiated::parameters_of(media_);
  if (!media_.dtls) return parameters;
  const auto keys_of = [&](Component component) {
    const auto& association = of(component).association;
    return association ? association->keys() : std::nullopt;
  };
  parameters.srtp = keys_of(Component::rtp);
  parameters.srtcp = keys_of(Component::rtcp);
  return parameters;
}

bool DtlsKeying::on_datagram(Component component, std::span<const std::uint8_t> datagram, const base::Endpoint& from,
                             base::Instant) {
  if (dtls::kind_of(datagram) != dtls::DatagramKind::dtls) return false;
  Handshake& handshake = of(component);
  if (!handshake.association) return true;
  const auto& named = component == Component::rtp ? media_.remote : media_.rtcp_remote;
  if (media::nearness(from, named, media_.signalling) == media::Nearness::stranger) {
    ++foreign_;
    return true;
  }
  if (++looked_at_ > kDatagramsPerTick) return true;
  handshake.peer = from;
  handshake.association->on_datagram(datagram);
  return true;
}

void DtlsKeying::fail(std::string why, Progress& progress) {
  if (std::exchange(failed_, true)) return;
  progress.failure = std::move(why);
}

void DtlsKeying::advance(Component component, Progress& progress) {
  Handshake& handshake = of(component);
  if (!handshake.association) return;
  auto& association = *handshake.association;
  const bool reachable = handshake.peer.is_set() && !handshake.peer.is_unspecified();
  if (reachable) association.on_tick();
  for (auto& bytes : association.take_outgoing()) {
    if (reachable) progress.outgoing.push_back({component, handshake.peer, std::move(bytes)});
  }
  if (association.state() == dtls::Association::State::established && !std::exchange(handshake.reported, true))
    progress.new_keys = true;
  // Without its reports a call can go on.
  if (association.state() == dtls::Association::State::failed && component == Component::rtp)
    fail("the audio could not be encrypted: " + association.failure(), progress);
}

bool DtlsKeying::finished() const {
  const auto& association = of(Component::rtp).association;
  return association && association->state() != dtls::Association::State::handshaking;
}

DtlsKeying::Progress DtlsKeying::tick(base::Instant now) {
  Progress progress;
  looked_at_ = 0;
  if (!media_.dtls) return progress;
  for (const Component component : kComponents) advance(component, progress);
  if (!broken_.empty()) fail(broken_, progress);
  if (deadline_ && finished()) deadline_.reset();
  if (deadline_ && now >= *deadline_) {
    deadline_.reset();
    fail("the audio could not be encrypted: the other side did not finish the DTLS handshake within 5 s", progress);
  }
  return progress;
}

}  // namespace frontdesk::keying
