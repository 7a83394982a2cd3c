#include "rtp/srtp/protection.hpp"

#include <srtp2/srtp.h>

#include <algorithm>
#include <array>
#include <string>

namespace frontdesk::srtp {
namespace {

static_assert(kMaxTrailerBytes >= SRTP_MAX_TRAILER_LEN + 4);
static_assert(kMaxKeyBytes <= SRTP_MAX_KEY_LEN);

constexpr unsigned long kReplayWindow = 128;  // packets: 2.5 s
constexpr std::size_t kSsrcAt = 8;
constexpr std::size_t kRtcpSsrcAt = 4;

/// Once for the process; the library keeps it until the end.
bool library_ready() {
  static const bool ready = srtp_init() == srtp_err_status_ok;
  return ready;
}

void set_crypto(srtp_policy_t& policy, CryptoSuite suite) {
  switch (suite) {
    case CryptoSuite::aead_aes_256_gcm:
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
      break;
    case CryptoSuite::aead_aes_128_gcm:
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
      break;
    case CryptoSuite::aes_256_cm_hmac_sha1_80:
      srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
      break;
    case CryptoSuite::aes_cm_128_hmac_sha1_80:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
      break;
    case CryptoSuite::aes_cm_128_hmac_sha1_32:
      // The short tag is for RTP only (RFC 4568, section 6.2.2).
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
      break;
  }
}

using Context = std::unique_ptr<srtp_ctx_t_, decltype([](srtp_t context) { srtp_dealloc(context); })>;

base::Result<Context> open_context(CryptoSuite suite, const base::Secret& key, srtp_ssrc_type_t direction) {
  if (key.expose().size() != key_bytes(suite))
    return base::fail(base::ErrorCode::invalid_argument, "srtp",
                      "a key of " + std::string(name(suite)) + " has " + std::to_string(key_bytes(suite)) + " bytes");
  std::array<unsigned char, SRTP_MAX_KEY_LEN> bytes{};
  std::copy(key.expose().begin(), key.expose().end(), bytes.begin());
  srtp_policy_t policy{};
  set_crypto(policy, suite);
  policy.ssrc.type = direction;
  policy.key = bytes.data();
  policy.window_size = kReplayWindow;
  policy.allow_repeat_tx = 0;
  srtp_t context = nullptr;
  const bool made = library_ready() && srtp_create(&context, &policy) == srtp_err_status_ok;
  bytes.fill(0);
  if (!made)
    return base::fail(base::ErrorCode::unavailable, "srtp",
                      "libsrtp cannot do " + std::string(name(suite)) + ": install a build with all ciphers");
  return Context(context);
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return upper(x) == upper(y); });
}

using InPlace = srtp_err_status_t (*)(srtp_t, void*, int*);

std::size_t run(InPlace operation, const Context& context, std::span<std::uint8_t> bytes, std::size_t size) {
  int length = static_cast<int>(size);
  if (operation(context.get(), bytes.data(), &length) != srtp_err_status_ok || length <= 0) return 0;
  return static_cast<std::size_t>(length);
}

std::uint32_t ssrc_at(std::span<const std::uint8_t> packet, std::size_t at) {
  std::uint32_t ssrc = 0;
  for (std::size_t i = at; i < at + 4; ++i) ssrc = ssrc << 8 | packet[i];
  return ssrc;
}

}  // namespace

std::optional<CryptoSuite> suite_named(std::string_view text) {
  for (const CryptoSuite suite : kAllSuites) {
    if (same(text, name(suite))) return suite;
  }
  if (same(text, "AES_CM_256_HMAC_SHA1_80")) return CryptoSuite::aes_256_cm_hmac_sha1_80;
  return std::nullopt;
}

struct Protector::State {
  Context context;
};

Protector::Protector(std::unique_ptr<State> state) : state_(std::move(state)) {}
Protector::~Protector() = default;
Protector::Protector(Protector&&) noexcept = default;
Protector& Protector::operator=(Protector&&) noexcept = default;

base::Result<Protector> Protector::create(CryptoSuite suite, const base::Secret& key) {
  auto context = open_context(suite, key, ssrc_any_outbound);
  if (!context) return tl::unexpected(context.error());
  return Protector(std::make_unique<State>(State{std::move(*context)}));
}

std::size_t Protector::protect(std::span<std::uint8_t> buffer, std::size_t size) {
  if (buffer.size() < size + kMaxTrailerBytes) return 0;
  return run(srtp_protect, state_->context, buffer, size);
}

std::size_t Protector::protect_rtcp(std::span<std::uint8_t> buffer, std::size_t size) {
  if (buffer.size() < size + kMaxTrailerBytes) return 0;
  return run(srtp_protect_rtcp, state_->context, buffer, size);
}

struct Unprotector::State {
  Context context;
  std::array<std::uint32_t, kMaxSources> sources{};
  std::size_t source_count = 0;

  bool knows(std::uint32_t ssrc) const {
    const auto end = sources.begin() + static_cast<std::ptrdiff_t>(source_count);
    return std::find(sources.begin(), end, ssrc) != end;
  }
  std::size_t open(InPlace operation, std::span<std::uint8_t> packet, std::size_t ssrc_place) {
    if (packet.size() < ssrc_place + 4) return 0;
    const std::uint32_t ssrc = ssrc_at(packet, ssrc_place);
    const bool known = knows(ssrc);
    if (!known && source_count == kMaxSources) return 0;
    const std::size_t size = run(operation, context, packet, packet.size());
    if (size > 0 && !known) sources[source_count++] = ssrc;
    return size;
  }
};

Unprotector::Unprotector(std::unique_ptr<State> state) : state_(std::move(state)) {}
Unprotector::~Unprotector() = default;
Unprotector::Unprotector(Unprotector&&) noexcept = default;
Unprotector& Unprotector::operator=(Unprotector&&) noexcept = default;

base::Result<Unprotector> Unprotector::create(CryptoSuite suite, const base::Secret& key) {
  auto context = open_context(suite, key, ssrc_any_inbound);
  if (!context) return tl::unexpected(context.error());
  auto state = std::make_unique<State>();
  state->context = std::move(*context);
  return Unprotector(std::move(state));
}

std::size_t Unprotector::unprotect(std::span<std::uint8_t> packet) {
  return state_->open(srtp_unprotect, packet, kSsrcAt);
}

std::size_t Unprotector::unprotect_rtcp(std::span<std::uint8_t> packet) {
  return state_->open(srtp_unprotect_rtcp, packet, kRtcpSsrcAt);
}

}  // namespace frontdesk::srtp
