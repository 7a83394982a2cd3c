// An allocation on a TURN server (RFC 8656): an address there that stands for one socket of ours, for calls behind a
// router that lets nothing in. A machine without sockets: its owner carries the datagrams and gives the time; the
// random transaction ids are handed in.
//
//   asking -> held -> (refreshed until released) | failed
//
// Peers are let in by address (permission) and spoken to over a channel each; until a channel is bound their packets go
// in Send and Data indications.
#pragma once
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"
#include "rtp/turn/message.hpp"

namespace frontdesk::turn {

/// What the answer to a caller waits for at most.
inline constexpr base::Duration kAllocationLimit = base::milliseconds(1500);
inline constexpr std::size_t kMostPeers = 4;
inline constexpr std::size_t kLongestPacket = 1500;

struct Account {
  base::Endpoint server;
  std::string username;
  base::Secret password;
};

class Allocation {
 public:
  using Mint = std::function<TransactionId()>;

  Allocation(Account account, Mint mint, base::Instant now);

  const base::Endpoint& server() const { return account_.server; }
  /// Neither held nor failed yet.
  bool asking() const { return !relayed_ && failure_.empty(); }
  /// What peers are told to send to.
  const std::optional<base::Endpoint>& relayed() const { return relayed_; }
  /// Why it never was, or is no more, and what to do about it; empty: it did not fail.
  const std::string& failure() const { return failure_; }

  /// Datagrams for the server that are due.
  std::vector<Bytes> poll(base::Instant now);
  base::Instant next_wakeup() const;

  struct Received {
    bool ours = false;                   ///< from the server, whatever it was
    ByteView data;                       ///< empty: nothing from a peer
    std::optional<base::Endpoint> peer;  ///< whose data it is
  };
  Received on_datagram(ByteView datagram, const base::Endpoint& from, base::Instant now);

  /// Lets the peer in and binds a channel; a peer that is known costs a look only. Beyond kMostPeers the oldest goes.
  void let_in(const base::Endpoint& peer, base::Instant now);

  /// What to send to the server so that `packet` reaches `peer`; valid until the next call. Empty: it is too long, or
  /// the allocation is not held.
  ByteView wrap(ByteView packet, const base::Endpoint& peer, base::Instant now);

  /// Gives the address back; the last datagram for the server.
  Bytes release();

 private:
  struct Transaction {
    Request request;
    base::Instant next{};  ///< when it is sent, again
    base::Duration wait{0};
    int sent = 0;
    int challenged = 0;
  };
  struct Peer {
    base::Endpoint address;
    std::uint16_t channel = 0;
    bool bound = false;
    base::Instant renew{};
  };

  void begin(Request request, base::Instant now);
  void fail(const std::string& reason);
  void on_answer(const Answer& answer, base::Instant now);
  bool prove_anew(Transaction& transaction, const Answer& answer, base::Instant now);
  void on_success(const Request& request, const Answer& answer, base::Instant now);
  void on_refusal(const Request& request, const Answer& answer, base::Instant now);
  void renew(base::Instant now);
  void ask_for(const Peer& peer, base::Instant now);
  Peer* known(const base::Endpoint& address);

  Account account_;
  Mint mint_;
  std::optional<Proof> proof_;
  std::vector<Transaction> running_;  ///< one for the allocation, one for each peer
  std::vector<Peer> peers_;
  std::uint16_t next_channel_ = kFirstChannel;
  std::optional<base::Endpoint> relayed_;
  std::string failure_;
  base::Instant give_up_;
  base::Instant refresh_{};
  std::array<std::uint8_t, kChannelHead + kLongestPacket> packet_{};
  Bytes indication_;
};

}  // namespace frontdesk::turn
