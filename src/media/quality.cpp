#include "media/quality.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::media {
namespace {

// G.107, Table 2: the defaults, by its symbols.
constexpr double kSlr = 8, kRlr = 2, kStmr = 15, kLstr = 18, kDs = 3, kTelr = 65, kWepl = 110, kQdu = 1;
constexpr double kNc = -70, kNfor = -64, kPs = 35, kPr = 35;
constexpr double kNoticedDelayMs = 100;  // mT
constexpr double kAdvantage = 0;         // A

double power(double db) {
  return std::pow(10.0, db / 10);
}

double noise() {
  const double olr = kSlr + kRlr;
  const double nos = kPs - kSlr - kDs - 100 + 0.004 * std::pow(kPs - olr - kDs - 14, 2);
  const double pre = kPr + 10 * std::log10(1 + std::pow(10.0, (10 - kLstr) / 10));
  const double nor = kRlr - 121 + pre + 0.008 * std::pow(pre - 35, 2);
  const double nfo = kNfor + kRlr;
  return 10 * std::log10(power(kNc) + power(nos) + power(nor) + power(nfo));
}

double basic_ratio() {
  return 15 - 1.5 * (kSlr + noise());
}

double sidetone(double one_way_ms) {
  return -10 * std::log10(power(-kStmr) + std::exp(-one_way_ms / 4) * power(-kTelr));
}

/// Is: loudness, sidetone and quantising.
double simultaneous_impairment(double ro, double one_way_ms) {
  const double x = kSlr + kRlr + 0.2 * (64 + noise() - kRlr);
  const double loudness = 20 * (std::pow(1 + std::pow(x / 8, 8), 1.0 / 8) - x / 8);
  const double stmr = sidetone(one_way_ms);
  const double st = 12 * std::pow(1 + std::pow((stmr - 13) / 6, 8), 1.0 / 8) -
                    28 * std::pow(1 + std::pow((stmr + 1) / 19.4, 35), 1.0 / 35) -
                    13 * std::pow(1 + std::pow((stmr - 3) / 33, 13), 1.0 / 13) + 29;
  const double q = 37 - 15 * std::log10(kQdu);
  const double g = 1.07 + 0.258 * q + 0.0602 * q * q;
  const double y = (ro - 100) / 15 + 46 / 8.4 - g / 9;
  const double z = 46.0 / 30 - g / 40;
  const double quantising = 15 * std::log10(1 + std::pow(10.0, y) + std::pow(10.0, z));
  return loudness + st + quantising;
}

double talker_echo(double ms) {
  const double terv = kTelr - 40 * std::log10((1 + ms / 10) / (1 + ms / 150)) + 6 * std::exp(-0.3 * ms * ms);
  const double roe = -1.5 * (noise() - kRlr);
  const double re = 80 + 2.5 * (terv - 14);
  return ((roe - re) / 2 + std::sqrt(std::pow(roe - re, 2) / 4 + 100) - 1) * (1 - std::exp(-ms));
}

double listener_echo(double ro, double round_trip_ms) {
  const double rle = 10.5 * (kWepl + 7) * std::pow(round_trip_ms + 1, -0.25);
  return (ro - rle) / 2 + std::sqrt(std::pow(ro - rle, 2) / 4 + 169);
}

double long_delay(double ms) {
  if (ms <= kNoticedDelayMs) return 0;
  const double x = std::log2(ms / kNoticedDelayMs);
  return 25 * (std::pow(1 + std::pow(x, 6), 1.0 / 6) - 3 * std::pow(1 + std::pow(x / 3, 6), 1.0 / 6) + 2);
}

double equipment_impairment(const QualityInput& input) {
  const double percent = std::clamp(input.loss, 0.0, 1.0) * 100;
  if (percent == 0) return input.codec.ie;
  const double burst = std::max(1.0, input.burst_ratio);
  return input.codec.ie + (95 - input.codec.ie) * percent / (percent / burst + input.codec.bpl);
}

}  // namespace

CodecImpairment impairment_of(codec::Codec codec) {
  switch (codec) {
    case codec::Codec::pcmu:
    case codec::Codec::pcma:
      return {0, 25.1};
    case codec::Codec::g722:
      return {2, 25.1};
    case codec::Codec::opus:
      return {5, 10};
  }
  return {};
}

double rating(const QualityInput& input) {
  const double ms = std::max(0.0, base::to_seconds(input.one_way_delay) * 1000);
  const double ro = basic_ratio();
  const double delay = talker_echo(ms) + listener_echo(ro, 2 * ms) + long_delay(ms);
  const double r = ro - simultaneous_impairment(ro, ms) - delay - equipment_impairment(input) + kAdvantage;
  return std::clamp(r, 0.0, 100.0);
}

double mean_opinion_score(double r) {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return std::max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

double burst_ratio(std::uint64_t all, std::uint64_t lost, std::uint64_t bursts) {
  if (lost == 0 || bursts == 0 || all <= lost) return 1;
  const double mean = static_cast<double>(lost) / static_cast<double>(bursts);
  return std::max(1.0, mean * (1 - static_cast<double>(lost) / static_cast<double>(all)));
}

}  // namespace frontdesk::media
