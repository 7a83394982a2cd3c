#include "api/call_words.hpp"

#include <array>
#include <cstdio>

#include "reception/screening/caller_identity.hpp"

namespace frontdesk::api {

std::string_view sound_word(double mean_opinion_score) {
  if (mean_opinion_score >= 4.34) return "very good";
  if (mean_opinion_score >= 4.03) return "good";
  if (mean_opinion_score >= 3.60) return "fair";
  return mean_opinion_score >= 3.10 ? "poor" : "bad";
}

std::string sound_words(const store::LineQuality& quality) {
  if (!quality.mean_opinion_score) return {};
  std::array<char, 32> score{};
  std::snprintf(score.data(), score.size(), " (%.1f)", *quality.mean_opinion_score);
  return std::string(sound_word(*quality.mean_opinion_score)) + score.data();
}

std::string asserted_by_words(const store::CallerFacts& who) {
  if (who.source.empty()) return {};
  return std::string(screening::describe(screening::number_source(who.source)));
}

std::string attestation_words(const store::CallerFacts& who) {
  if (who.attestation.empty()) return {};
  return std::string(screening::describe(screening::attestation(who.attestation)));
}

std::string diverted_words(const store::CallerFacts& who) {
  if (!who.diverted) return {};
  const auto& by = who.diverted_by.expose();
  return by.empty() ? "from a number that is not told" : "from " + by;
}

std::string_view encryption_words(std::string_view srtp) {
  if (srtp == "off") return "none";
  if (srtp == "sdes") return "SRTP, keys in the signalling (SDES)";
  return srtp == "dtls" ? "SRTP, keys agreed on the line (DTLS)" : srtp;
}

}  // namespace frontdesk::api
