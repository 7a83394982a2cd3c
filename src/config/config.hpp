// The configuration as plain values: how the process runs (server, trunk, voice, limits) and what
// the business is. Read from TOML files and the environment; every problem is reported, not the first.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/endpoint.hpp"
#include "base/protect.hpp"
#include "codec/codec.hpp"
#include "config/mail.hpp"
#include "config/storage.hpp"
#include "reception/business_hours/time_zone.hpp"
#include "reception/knowledge/business.hpp"

namespace frontdesk::config {

/// An address or a CIDR block: "192.0.2.0/24", "2001:db8::/32".
struct AddressRange {
  base::Endpoint network;  ///< port 0
  int prefix = 32;
  bool contains(const base::Endpoint& address) const;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

std::optional<AddressRange> parse_range(std::string_view text);

/// Encrypted audio, with keys in the SDP or by DTLS: never, if the caller's side offers it, or nothing else.
enum class Srtp { off, optional, required };

/// HTTPS beside HTTP: for browsers and programs on other machines.
struct Https {
  base::Endpoint listen;                 ///< port 0: nobody listens
  std::string certificate, private_key;  ///< PEM files
  friend bool operator==(const Https&, const Https&) = default;
};

/// Who may read /metrics: nobody; whoever has the permission analytics.read; besides, all programs of this machine.
enum class MetricsFor { nobody, token, this_machine };

struct Server {
  base::Endpoint sip;   ///< default 0.0.0.0:5060
  base::Endpoint http;  ///< default 127.0.0.1:8080
  Https https;
  std::string url;  ///< where people open the page: "https://desk.example.org"; empty: by where it listens
  std::vector<std::string> host_names;  ///< by which browsers may ask for the page, beside addresses
  std::uint16_t rtp_first = 20000;
  std::uint16_t rtp_last = 20999;
  Srtp srtp = Srtp::optional;
  std::vector<codec::Codec> codecs;  ///< the first the best; empty: all four, as the caller's side prefers
  /// What the provider reaches us at when a router stands between: unset, our own address.
  std::optional<base::Endpoint> public_address;  ///< port 0
  bool learn_public_address = false;             ///< "auto": as registrars see it
  std::string stun_server;                       ///< "host:port", asked for the address of each call; empty: nobody
  /// "host:port" of a TURN server that carries the sound of calls from outside; empty: none.
  std::string turn_server;
  std::string turn_username;
  base::Secret turn_password;
  std::vector<AddressRange> local_networks;  ///< who needs no public address; empty: all private addresses
  std::string data = "./data";
  std::string models;                        ///< empty: the model cache of `./dev setup`
  std::vector<AddressRange> direct_callers;  ///< who may call without a trunk
  std::vector<std::string> allowed_origins;  ///< sites whose pages may use the API: "https://crm.example.org"
  double requests_per_second = 100;          ///< to the API, of one user, token or address
  MetricsFor metrics = MetricsFor::token;
};

/// automatic: by the provider's NAPTR and SRV records.
enum class Transport { udp, tcp, tls, automatic };

/// off: never. announce: once the caller has heard that it is. ask: once the caller has said yes. both_party: once
/// the caller has clearly said yes.
enum class RecordingPolicy { off, announce, ask, both_party };

/// In which forms callers' digits count: telephone events or else the sound, and INFO; or one of these alone.
enum class Dtmf { automatic, rfc4733, in_band, info };

struct Trunk {
  std::string name = "trunk";
  std::string saved_as;      ///< id of a line that was saved by the API; empty: of the file
  std::string organisation;  ///< of a saved one; empty: this installation's own
  std::string provider;  ///< id of a preset of setup_guide, whose values hold where the file is silent; may be empty
  std::string domain;
  std::uint16_t port = 5065;  ///< 0: by the provider's SRV records
  Transport transport = Transport::tcp;
  std::string backup_domain;   ///< "host" or "host:port"; empty: none
  std::string outbound_proxy;  ///< "host" or "host:port"; empty: none
  std::string ca_file;         ///< PEM; empty: the authorities of the system
  bool verify = true;          ///< of TLS
  bool registers = true;       ///< `register` in the file; false: the provider knows our address
  int keep_alive_seconds = 25;
  std::string username;
  std::string auth_username;  ///< empty in the file: the same as username
  base::Secret password;
  std::string realm;  ///< empty: as the registrar names it
  std::string inbound_number;
  std::optional<RecordingPolicy> recording;  ///< of calls that come by this trunk; none: as in [recording]
  std::vector<codec::Codec> codecs;          ///< empty: as the server's
  Dtmf dtmf = Dtmf::automatic;
  std::optional<Srtp> srtp;                    ///< unset: that of the server
  std::vector<std::string> allowed_from{"*"};  ///< callers' numbers: "03335550100", "0333*", "*"
  friend bool operator==(const Trunk&, const Trunk&) = default;
};

struct Voice {
  std::string name = "libritts:403";
  double speed = 1.0;      ///< 0.5 to 2
  std::string hold_music;  ///< a WAV file; empty: the built-in piece
};

/// Numbers: "03335550100", "0333*", "*".
struct Screening {
  std::vector<std::string> block;
  std::vector<std::string> priority;
  bool accept_anonymous = true;    ///< anonymous = "accept" or "reject": callers that withhold their number
  bool accept_unconfirmed = true;  ///< unconfirmed = ...: numbers that the network could not confirm
};

/// What a caller hears when every line is taken.
enum class WhenFull { unavailable, busy };

struct Limits {
  int max_calls = 20;
  WhenFull when_full = WhenFull::unavailable;
  int drain_seconds = 20;  ///< how long calls may go on after the first SIGTERM
  int max_call_minutes = 30;
  int silence_seconds = 8;  ///< before the caller is asked whether they are there
  int silence_prompts = 2;  ///< then goodbye
};

/// How callers are put through to people and departments that have a `transfer` number.
struct Transfer {
  bool blind = false;   ///< REFER: the provider calls them, and we are out of it; otherwise we do, and stay between
  bool confirm = true;  ///< whoever answers presses 1 to take the call
  int ring_seconds = 25;
  int per_hour = 30;
  int per_day = 150;
};

enum class EndOfTurn { adaptive, fixed };
enum class Interruption { words, voice };
enum class NoiseSuppression { off, mild, strong };

struct Conversation {
  double patience = 1;  ///< 0.5 to 2: how long callers may pause, times the usual
  EndOfTurn end_of_turn = EndOfTurn::adaptive;
  Interruption interruption = Interruption::words;
  NoiseSuppression noise_suppression = NoiseSuppression::off;
};

enum class RecordingFormat { wav, opus };

/// Another policy for calls to this number of ours.
struct NumberPolicy {
  std::string number;
  RecordingPolicy policy = RecordingPolicy::announce;
};

struct Recording {
  RecordingPolicy policy = RecordingPolicy::announce;
  std::string announcement;  ///< empty: the usual words
  std::string question;
  RecordingFormat format = RecordingFormat::wav;
  bool encrypt = true;
  int keep_days = 0;              ///< 0: for good
  bool pause_on_digits = false;   ///< what callers key is kept nowhere
  bool pause_for_payment = true;  ///< while we ask for a card's number and the caller answers
  std::vector<NumberPolicy> numbers;
};

/// How long things are kept, in days; 0: for good. Recordings: see Recording.
struct Retention {
  int transcripts_days = 0;  ///< what was said, and the journal of decisions
  int messages_days = 0;
  int calls_days = 0;  ///< the call itself, with all that is left of it
  friend bool operator==(const Retention&, const Retention&) = default;
};

struct Config {
  Server server;
  std::optional<Trunk> trunk;     ///< the first of all_trunks
  std::vector<Trunk> all_trunks;  ///< [trunk], or each [[trunk]], in the order of the file
  Voice voice;
  Conversation conversation;
  Screening screening;
  Limits limits;
  Transfer transfer;
  Recording recording;
  Retention retention;
  Storage storage;
  Outbound outbound;
  Mail mail;
  knowledge::Business business;
  business_hours::TimeZone zone;   ///< of business.timezone
  std::vector<std::string> files;  ///< that were read
  std::int64_t receptionist = 0;   ///< the version of the receptionist that was published over the API; 0: none
};

struct ConfigProblem {
  std::string file;  ///< "environment" for a variable
  int line = 0;      ///< from 1; 0 when there is no place
  int column = 0;
  std::string key;      ///< "trunk.port", "people[2].days"
  std::string message;  ///< what is wrong and what to write instead
  friend bool operator==(const ConfigProblem&, const ConfigProblem&) = default;
};

/// A call takes an even port of server.rtp (RFC 3550, section 11). What is wrong if limits.max_calls are more calls
/// than that; none otherwise.
std::optional<std::string> too_few_ports(const Server& server, const Limits& limits);

/// "frontdesk.toml:12:8: trunk.port: must be 1 to 65535".
std::string describe(const ConfigProblem& problem);

using Environment = std::map<std::string, std::string>;

/// Hosting services and other programs know the database by this name.
inline constexpr std::string_view kDatabaseVariable = "DATABASE_URL";

/// Variables are FRONTDESK_<SECTION>_<KEY> for [server], [trunk], [voice], [screening], [conversation], [limits],
/// [transfer], [recording], [storage], [outbound] and [mail]; lists are comma-separated. DATABASE_URL stands for
/// FRONTDESK_STORAGE_DATABASE where that is not set. `business` is a path relative to the file that names it.
tl::expected<Config, std::vector<ConfigProblem>> load_config(const std::string& path, const Environment& environment);

/// The same from text, for a console that checks a draft. `path` names it in problems and resolves `business`.
tl::expected<Config, std::vector<ConfigProblem>> parse_config(std::string_view text, const std::string& path,
                                                              const Environment& environment);

/// From /usr/share/zoneinfo (Debian package tzdata) or `directory`.
base::Result<business_hours::TimeZone> load_time_zone(std::string_view name,
                                                      const std::string& directory = "/usr/share/zoneinfo");

/// FRONTDESK_* of this process, DATABASE_URL, REDIS_URL for FRONTDESK_STORAGE_REDIS, and what usual_variables.hpp makes
/// of others.
Environment process_environment();

}  // namespace frontdesk::config
