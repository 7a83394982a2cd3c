#include "media/negotiated/negotiated.hpp"

#include "base/entropy.hpp"

namespace frontdesk::negotiated {
namespace {

std::optional<std::uint8_t> payload_type(const std::optional<int>& type) {
  if (!type) return std::nullopt;
  return static_cast<std::uint8_t>(*type);
}

}  // namespace

media::MediaParameters parameters_of(const sip::NegotiatedMedia& agreed) {
  media::MediaParameters parameters;
  parameters.codec = agreed.format.codec;
  parameters.payload_type = static_cast<std::uint8_t>(agreed.format.payload_type);
  parameters.receive_payload_type = static_cast<std::uint8_t>(agreed.receive_payload_type);
  parameters.telephone_event_payload_type = payload_type(agreed.telephone_event_payload_type);
  parameters.receive_telephone_event_payload_type = payload_type(agreed.receive_telephone_event_payload_type);
  parameters.telephone_event_clock_rate = static_cast<std::uint32_t>(agreed.telephone_event_clock_rate);
  parameters.remote = agreed.remote;
  parameters.may_send = agreed.may_send;
  parameters.may_receive = agreed.may_receive;
  parameters.packet_ms = agreed.ptime_ms;
  parameters.srtp = agreed.srtp;
  parameters.srtp_awaited = agreed.dtls.has_value();
  parameters.rtcp_keyed_apart = agreed.dtls && !agreed.rtcp_mux;
  parameters.signalling = agreed.signalling;
  parameters.rtcp_mux = agreed.rtcp_mux;
  parameters.rtcp_remote = agreed.rtcp_remote;
  return parameters;
}

media::MediaSessionConfig new_session(const sip::NegotiatedMedia& agreed) {
  media::MediaSessionConfig config;
  config.parameters = parameters_of(agreed);
  config.ssrc = static_cast<std::uint32_t>(base::random_u64());
  config.first_sequence = static_cast<std::uint16_t>(base::random_u64());
  config.first_timestamp = static_cast<std::uint32_t>(base::random_u64());
  config.cname = std::to_string(base::random_u64());
  return config;
}

}  // namespace frontdesk::negotiated
