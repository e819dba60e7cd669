package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
	runtime "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
)

// What kubectl exec and port-forward end at. The container runtime, which is another program, asks here for the address of a stream,
// and names the container by what is needed to enter it.
const (
	askedAt    = "127.0.0.1:10350"
	streamedAt = "127.0.0.1:10351"
)

// container is what a runtime's id stands for here.
type container struct {
	Pid  int      `json:"pid"`
	User []string `json:"user"`
	IP   string   `json:"ip"`
}

type entered struct{}

func (entered) Exec(
	ctx context.Context, id string, cmd []string, in io.Reader, out, err io.WriteCloser, _ bool, _ <-chan remotecommand.TerminalSize,
) error {
	var of container
	if fault := json.Unmarshal([]byte(id), &of); fault != nil {
		return fault
	}
	environment, fault := os.ReadFile(fmt.Sprintf("/proc/%d/environ", of.Pid))
	if fault != nil {
		return fault
	}
	words := append([]string{"--target", fmt.Sprint(of.Pid), "--mount", "--net", "--root", "--wd", "/usr/bin/setpriv"}, of.User...)
	child := exec.CommandContext(ctx, "/usr/bin/nsenter", append(words, cmd...)...)
	child.Env = strings.Split(strings.TrimRight(string(environment), "\x00"), "\x00")
	child.Stdin, child.Stdout, child.Stderr = in, out, err
	return child.Run()
}

func (entered) Attach(
	context.Context, string, io.Reader, io.WriteCloser, io.WriteCloser, bool, <-chan remotecommand.TerminalSize,
) error {
	return errors.New("the laboratory attaches to no process")
}

func (entered) PortForward(_ context.Context, id string, port int32, stream io.ReadWriteCloser) error {
	var of container
	if fault := json.Unmarshal([]byte(id), &of); fault != nil {
		return fault
	}
	connection, fault := net.Dial("tcp", net.JoinHostPort(of.IP, fmt.Sprint(port)))
	if fault != nil {
		return fault
	}
	defer connection.Close()
	go func() {
		io.Copy(connection, stream)
		connection.(*net.TCPConn).CloseWrite()
	}()
	_, fault = io.Copy(stream, connection)
	return fault
}

func newStreamsCommand() *cobra.Command {
	return &cobra.Command{Use: "streams", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		config := streaming.DefaultConfig
		config.Addr = streamedAt
		server, fault := streaming.NewServer(config, entered{})
		if fault != nil {
			return fault
		}
		http.HandleFunc("/exec", func(answer http.ResponseWriter, asked *http.Request) {
			var request runtime.ExecRequest
			if json.NewDecoder(asked.Body).Decode(&request) == nil {
				if found, fault := server.GetExec(&request); fault == nil {
					fmt.Fprint(answer, found.Url)
					return
				}
			}
			http.Error(answer, "not a command to execute", http.StatusBadRequest)
		})
		http.HandleFunc("/port-forward", func(answer http.ResponseWriter, asked *http.Request) {
			var request runtime.PortForwardRequest
			if json.NewDecoder(asked.Body).Decode(&request) == nil {
				if found, fault := server.GetPortForward(&request); fault == nil {
					fmt.Fprint(answer, found.Url)
					return
				}
			}
			http.Error(answer, "not a port to forward", http.StatusBadRequest)
		})
		go http.ListenAndServe(askedAt, nil)
		return server.Start(true)
	}}
}
