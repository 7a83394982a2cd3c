// frontdesk_srtp_cost: what refusing one forged SRTP packet costs, above the MAC over the same bytes by the same
// library. The candidates take turns in short batches, so that what else the machine does meets all alike; each figure
// is a median over the batches, and so is each difference.
#include <srtp2/auth.h>
#include <srtp2/srtp.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "media/session.hpp"
#include "rtp/packet.hpp"
#include "rtp/srtp/protection.hpp"

// Exported by the library and in no public header of it.
extern "C" srtp_err_status_t srtp_crypto_kernel_alloc_auth(srtp_auth_type_id_t id, srtp_auth_pointer_t* out,
                                                           int key_bytes, int tag_bytes);

namespace {

using namespace frontdesk;
using Packet = std::vector<std::uint8_t>;

constexpr int kBatches = 4000;
constexpr int kPacketsInBatch = 50;
constexpr std::size_t kTagBytes = 10, kRolloverBytes = 4, kAuthKeyBytes = 20;
constexpr auto kSuite = srtp::CryptoSuite::aes_cm_128_hmac_sha1_80;
constexpr std::uint32_t kKnown = 7, kUnknown = 8;

base::Secret key() {
  std::string bytes(srtp::key_bytes(kSuite), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 37 + 11);
  return base::Secret(bytes);
}

/// As its sender would, 20 ms of G.711; forged: with one bit of the sound another.
Packet packet_of(srtp::Protector& sender, std::uint16_t sequence, std::uint32_t ssrc, bool forged) {
  Packet bytes(rtp::kMaxPacketBytes);
  const std::vector<std::uint8_t> sound(160, 0x55);
  const std::size_t size = rtp::write_packet({false, 0, sequence, sequence * 160U, ssrc}, sound, bytes);
  bytes.resize(size + srtp::kMaxTrailerBytes);
  bytes.resize(sender.protect(bytes, size));
  if (forged) bytes[60] ^= 1;
  return bytes;
}

struct Candidate {
  const char* name;
  std::function<bool()> refuses;  ///< one forged packet; false: it was believed, and the figure is worth nothing
  std::vector<double> micros{};
};

/// Of this thread alone: what the machine does beside it is not in it, but for its caches.
double cpu_micros() {
  timespec spent{};
  (void)::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool run_batch(Candidate& candidate) {
  const double begun = cpu_micros();
  for (int i = 0; i < kPacketsInBatch; ++i)
    if (!candidate.refuses()) return false;
  candidate.micros.push_back((cpu_micros() - begun) / kPacketsInBatch);
  return true;
}

double median_above(const Candidate& candidate, const Candidate& bare) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < candidate.micros.size(); ++i) differences.push_back(candidate.micros[i] - bare.micros[i]);
  return median(differences);
}

struct Bench {
  srtp::Protector sender = std::move(*srtp::Protector::create(kSuite, key()));
  srtp::Unprotector opener = std::move(*srtp::Unprotector::create(kSuite, key()));
  media::MediaSession session{config()};
  srtp_auth_pointer_t mac = nullptr;
  srtp_t library = nullptr;
  Packet good = packet_of(sender, 1000, kKnown, false);
  Packet forged = packet_of(sender, 1001, kKnown, true);
  Packet strange = packet_of(sender, 1001, kUnknown, true);
  Packet work{};
  base::Instant now{base::seconds(100)};
  base::Endpoint peer = *base::parse_endpoint("192.0.2.1:4000");

  static media::MediaSessionConfig config() {
    media::MediaSessionConfig out;
    out.parameters.remote = *base::parse_endpoint("192.0.2.1:4000");
    out.parameters.srtp = srtp::SrtpKeys{kSuite, key(), key()};
    out.ssrc = 1;
    return out;
  }

  bool prepare() {
    srtp_policy_t policy{};
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    const auto secret = key();
    std::string bytes(secret.expose());
    policy.ssrc.type = ssrc_any_inbound;
    policy.key = reinterpret_cast<unsigned char*>(bytes.data());
    policy.window_size = 128;
    const std::array<std::uint8_t, kAuthKeyBytes> auth_key{1, 2, 3};
    if (srtp_create(&library, &policy) != srtp_err_status_ok ||
        srtp_crypto_kernel_alloc_auth(SRTP_HMAC_SHA1, &mac, kAuthKeyBytes, kTagBytes) != srtp_err_status_ok ||
        srtp_auth_init(mac, auth_key.data()) != srtp_err_status_ok)
      return false;
    session.on_datagram(good, peer, now);
    return opens(good) && ours(good) > 0 && session.stats().packets_in == 1;
  }
  bool opens(const Packet& packet) {
    work = packet;
    int size = static_cast<int>(work.size());
    return srtp_unprotect(library, work.data(), &size) == srtp_err_status_ok;
  }
  std::size_t ours(const Packet& packet) {
    work = packet;
    return opener.unprotect(work);
  }
  /// As RFC 3711, section 4.2: over the packet without its tag, then the rollover counter.
  bool mac_differs() {
    work = forged;
    const std::array<std::uint8_t, kRolloverBytes> rollover{};
    std::array<std::uint8_t, kAuthKeyBytes> tag{};
    const int covered = static_cast<int>(work.size() - kTagBytes);
    if (srtp_auth_start(mac) != srtp_err_status_ok ||
        srtp_auth_update(mac, work.data(), covered) != srtp_err_status_ok ||
        srtp_auth_compute(mac, rollover.data(), static_cast<int>(rollover.size()), tag.data()) != srtp_err_status_ok)
      return false;
    return !std::equal(tag.begin(), tag.begin() + kTagBytes, work.end() - static_cast<std::ptrdiff_t>(kTagBytes));
  }
  bool session_refuses(const Packet& packet) {
    session.on_datagram(packet, peer, now);
    return true;  // counted at the end
  }
};

void print(const std::vector<Candidate>& candidates) {
  std::printf("{\n  \"suite\": \"%s\",\n  \"packet_bytes\": %d,\n  \"batches\": %d,\n  \"packets_in_batch\": %d",
              std::string(srtp::name(kSuite)).c_str(), 12 + 160 + static_cast<int>(kTagBytes), kBatches,
              kPacketsInBatch);
  for (const auto& each : candidates)
    std::printf(",\n  \"%s\": {\"us\": %.3f, \"us_above_mac\": %.3f}", each.name, median(each.micros),
                median_above(each, candidates.front()));
  std::printf("\n}\n");
}

}  // namespace

int main() {
  Bench bench;
  if (!bench.prepare()) {
    std::fprintf(stderr, "frontdesk_srtp_cost: a good packet was refused, or the library lacks what is measured\n");
    return 1;
  }
  std::vector<Candidate> candidates;
  candidates.push_back({"bare_mac", [&] { return bench.mac_differs(); }});
  candidates.push_back({"library_known_source", [&] { return !bench.opens(bench.forged); }});
  candidates.push_back({"ours_known_source", [&] { return bench.ours(bench.forged) == 0; }});
  candidates.push_back({"ours_unknown_source", [&] { return bench.ours(bench.strange) == 0; }});
  candidates.push_back({"session_known_source", [&] { return bench.session_refuses(bench.forged); }});
  candidates.push_back({"session_unknown_source", [&] { return bench.session_refuses(bench.strange); }});
  for (int i = 0; i < kBatches; ++i)
    for (std::size_t k = 0; k < candidates.size(); ++k)  // another begins each time
      if (!run_batch(candidates[(k + static_cast<std::size_t>(i)) % candidates.size()])) return 1;
  const auto stats = bench.session.stats();
  if (stats.unprotected != 2ULL * kBatches * kPacketsInBatch || stats.packets_in != 1) return 1;
  print(candidates);
  return 0;
}
