// frontdesk_flood PORT RATE SECONDS [SOURCES]: REGISTER, INVITE, OPTIONS and SUBSCRIBE to 127.0.0.1:PORT, RATE a
// second, from SOURCES addresses of 127/8 in turn. Prints how many the kernel took.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::array<const char*, 4> kMethods{"REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE"};
constexpr int kBatch = 20;

std::string request(const char* method, const std::string& number) {
  const std::string sdp =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
  const bool invite = std::strcmp(method, "INVITE") == 0;
  std::string text =
      std::string(method) + " sip:1000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK" + number +
      ";rport\r\nMax-Forwards: 70\r\nFrom: <sip:f@x>;tag=" + number + "\r\nTo: <sip:1000@x>\r\nCall-ID: " + number +
      "\r\nCSeq: 1 " + method + "\r\nContact: <sip:f@127.0.0.1>\r\n";
  if (invite) text += "Content-Type: application/sdp\r\n";
  return text + "Content-Length: " + std::to_string(invite ? sdp.size() : 0) + "\r\n\r\n" + (invite ? sdp : "");
}

bool send_from(int fd, std::uint32_t source, sockaddr_in& to, std::string& text) {
  iovec piece{text.data(), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = sizeof(to);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IP;
  header->cmsg_type = IP_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
  in_pktinfo info{};
  info.ipi_spec_dst.s_addr = htonl(source);
  std::memcpy(CMSG_DATA(header), &info, sizeof(info));
  return ::sendmsg(fd, &message, MSG_DONTWAIT) >= 0;
}

void pause_until(Clock::time_point when) {
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(when - Clock::now()).count();
  if (left <= 0) return;
  const timespec wait{left / 1'000'000'000, left % 1'000'000'000};
  (void)::ppoll(nullptr, 0, &wait, nullptr);
}

}  // namespace

int main(int count, char** values) {
  if (count != 7) return 2;
  const long rate = std::atol(values[3]), seconds = std::atol(values[4]);
  in_addr first{};
  const auto sources = static_cast<std::uint32_t>(std::atol(values[6]));
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(values[2])));
  const bool understood = ::inet_aton(values[1], &to.sin_addr) && ::inet_aton(values[5], &first);
  if (fd < 0 || rate <= 0 || sources == 0 || !understood) return 2;
  const auto start = Clock::now();
  long sent = 0, taken = 0;
  while (sent < rate * seconds) {
    for (int i = 0; i < kBatch; ++i, ++sent) {
      auto text = request(kMethods[static_cast<std::size_t>(sent) % kMethods.size()], std::to_string(sent));
      taken += send_from(fd, ntohl(first.s_addr) + static_cast<std::uint32_t>(sent) % sources, to, text) ? 1 : 0;
    }
    pause_until(start + std::chrono::microseconds(sent * 1'000'000 / rate));
  }
  const std::chrono::duration<double> took = Clock::now() - start;
  std::printf("{\"sent\": %ld, \"taken\": %ld, \"per_second\": %.0f}\n", sent, taken,
              static_cast<double>(taken) / took.count());
  return 0;
}
