// Private: finds a server's addresses (server_location) by libre's DNS client,
// and by getaddrinfo(3) for what only the hosts file knows. Signalling thread
// only, except where Resolver says otherwise.
#pragma once
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "sip/libre.hpp"
#include "sip/resolver.hpp"
#include "sip/server_location.hpp"

namespace frontdesk::sip {

/// Runs an action on the signalling thread, from any thread; false if the queue
/// is full.
using Post = std::function<bool(std::function<void()>)>;

class Locator {
 public:
  using OnLocated = std::function<void(std::vector<Hop>)>;
  static constexpr std::size_t kMaxSearches = 64;
  static constexpr base::Duration kAnswerLimit = base::seconds(4);   ///< of one DNS question
  static constexpr base::Duration kSearchLimit = base::seconds(30);  ///< of all of them, the hosts file included

  /// `servers`: name servers; empty: those of /etc/resolv.conf, read for each
  /// search.
  Locator(Resolver& hosts, Post post, std::vector<base::Endpoint> servers, bool v6, FaultSink& faults,
          base::Duration search_limit = kSearchLimit);
  ~Locator();
  Locator(const Locator&) = delete;
  Locator& operator=(const Locator&) = delete;

  /// `on_located` comes later, never from inside, with no hops if the name
  /// leads nowhere. False: too many searches are under way.
  bool locate(ServerName name, OnLocated on_located);
  /// The same, past what is pinned.
  bool look_up(ServerName name, OnLocated on_located);

  /// Where requests for a name go for as long as `owner` says so; replaces what
  /// it pinned before. A port that is not asked for matches as well.
  void pin(const void* owner, ServerName name, std::vector<Hop> hops);
  void unpin(const void* owner);

 private:
  struct Search;
  struct Question;
  struct Pin {
    const void* owner;
    ServerName name;
    std::vector<Hop> hops;
  };
  void carry_on(Search& search, const ServerLocation::Queries& queries);
  void ask(Search& search, const ServerLocation::Query& query);
  void ask_hosts(Search& search, const ServerLocation::Query& query);
  void answered(std::uint64_t search, base::RequestId id, DnsAnswer answer);
  void give_up(std::uint64_t search);
  void read_servers();
  static void take_answers(Question& question, const dnshdr* header, struct list* answers);
  static void on_dns(int error, const dnshdr* header, struct list* answers, struct list*, struct list*, void* arg);

  Resolver& hosts_;
  Post post_;
  std::vector<base::Endpoint> servers_;
  const bool v6_;
  FaultSink& faults_;
  const base::Duration search_limit_;
  bool has_servers_ = false;
  Ref<struct dnsc> client_;
  std::shared_ptr<Locator*> self_;  ///< nulls itself for answers that arrive late
  std::list<std::unique_ptr<Search>> searches_;
  std::vector<Pin> pins_;
  std::uint64_t last_search_ = 0;
};

}  // namespace frontdesk::sip
