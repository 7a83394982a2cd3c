// A raw peer that also answers our requests by hand, and places where it is called.
#pragma once
#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip::test {

inline std::string with_direction(const std::string& direction) {
  std::string sdp = kOffer;
  return sdp.replace(sdp.find("sendrecv"), 8, direction);
}

class RawCall : public RawPeer {
 protected:
  /// Answers a request of ours; `extra` are whole lines, `tag_value` completes a To without a tag.
  void respond(const std::string& request, const std::string& status, const std::string& content = {},
               const std::string& extra = {}, const std::string& tag_value = "answer") {
    const auto to = header(request, "To");
    peer.send(agent->udp(), "SIP/2.0 " + status + "\r\nVia: " + header(request, "Via") +
                                "\r\nFrom: " + header(request, "From") + "\r\nTo: " + to +
                                (to.find(";tag=") == std::string::npos ? ";tag=" + tag_value : "") +
                                "\r\nCall-ID: " + header(request, "Call-ID") + "\r\nCSeq: " + header(request, "CSeq") +
                                "\r\nContact: <sip:100@" + peer.contact() + ">\r\n" + extra +
                                (content.empty() ? "" : "Content-Type: application/sdp\r\n") +
                                "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content);
  }
  /// We call the peer; our INVITE.
  std::string invited() {
    OutgoingCall call;
    call.target = "sip:100@" + peer.contact();
    call.media = local_media(41000);
    const auto id = agent->invite(call);
    EXPECT_TRUE(id);
    dialog = id.value_or(0);
    return peer.receive_starting("INVITE");
  }
  /// A request of the peer's in the dialog that we began with `invite`.
  std::string called_back(const std::string& invite, const std::string& method, int sequence,
                          const std::string& content = {}, const std::string& tag_value = "answer") {
    return method + " sip:frontdesk@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + peer.contact() + ";branch=z9hG4bKb" +
           std::to_string(++branches) + ";rport\r\nMax-Forwards: 70\r\nFrom: " + header(invite, "To") +
           ";tag=" + tag_value + "\r\nTo: " + header(invite, "From") + "\r\nCall-ID: " + header(invite, "Call-ID") +
           "\r\nCSeq: " + std::to_string(sequence) + " " + method + "\r\nContact: <sip:100@" + peer.contact() +
           ">\r\nContent-Type: application/sdp\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
           content;
  }
  std::string next(const std::string& start) { return peer.receive_starting(start); }
  bool silent(const std::string& start) { return peer.receive_starting(start, std::chrono::milliseconds(150)).empty(); }
};

}  // namespace frontdesk::sip::test
